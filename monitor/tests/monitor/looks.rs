//! That the dashboard can be read by everybody and used without a mouse, measured in a real browser.

use journeyman_core::memory::Submission;
use journeyman_monitor::{Section, Status};
use serde_json::{Value, json};

use crate::{
    devtools::{Browser, program},
    support::{config, rig},
};

#[tokio::test]
async fn everything_can_be_read_and_reached() {
    let Some(program) = program("everything_can_be_read_and_reached") else { return };
    let sandbox = || {
        let all = [Status::Plain, Status::Good, Status::Warning, Status::Bad];
        let section = Section::new("Sandbox");
        all.into_iter().fold(section, |section, status| {
            section.fact(format!("{status:?}"), "a word".repeat(40), status)
        })
    };
    let rig = rig(config().worker_id("worker-".repeat(40)).section(sandbox)).await;
    let mut browser = Browser::start(program, "looks").await;
    browser.open(&format!("http://{}/dashboard", rig.address)).await;
    for i in 0..30 {
        let route = if i % 3 == 0 { "fail" } else { "echo" };
        let id = format!("{i}-{}", "0123456789abcdef".repeat(10));
        let _ = rig.first.submit(Submission::new(route).id(id)).await.await;
    }
    let held = rig.at_the_gate(&"a-long-id-".repeat(20)).await;
    rig.worker.control().session(1).unwrap().disconnect();
    browser.until("document.querySelectorAll('#recent > li').length === 30").await;
    browser.until("document.querySelector('#current-task [role=progressbar]')").await;
    browser
        .until("document.querySelectorAll('.session-state')[1].textContent === 'Disconnected'")
        .await;

    for (width, mobile) in [(1280, false), (640, false), (390, true), (320, true)] {
        let size =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", size).await;
        browser.until(&format!("innerWidth === {width}")).await;
        for theme in ["light", "dark"] {
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            browser.call("Emulation.setEmulatedMedia", media).await;
            let wrong = browser.value(include_str!("looks.js")).await;
            assert_eq!(wrong, json!([]), "{width}, {theme}");
        }
    }

    // By the Tab key through the whole page; a list is one stop, and its rows are stepped through.
    browser.value("scrollTo(0, 0); document.activeElement.blur()").await;
    let mut stops = Vec::new();
    loop {
        browser.press("Tab", 9).await;
        let stop = "(() => { const e = document.activeElement; return [e.tagName, e.className.baseVal ?? e.className, \
                    parseFloat(getComputedStyle(e).outlineWidth)] })()";
        let stop = browser.value(stop).await;
        if stop[0] == "BODY" {
            break;
        }
        assert!(stop[2].as_f64() >= Some(2.0), "the focus is seen: {stop}");
        stops.push(stop);
        assert!(stops.len() < 60, "{stops:?}");
    }
    let rows = stops.iter().filter(|stop| stop[1] == "summary").count();
    assert_eq!((rows, stops.len() > 20), (2, true), "{stops:?}");

    browser.value("document.querySelector('#recent .summary').focus()").await;
    let row = "[...document.querySelectorAll('#recent .summary')].indexOf(document.activeElement)";
    for (key, code, expected) in [
        ("ArrowDown", 40, 1),
        ("ArrowDown", 40, 2),
        ("ArrowUp", 38, 1),
        ("End", 35, 29),
        ("Home", 36, 0),
    ] {
        browser.press(key, code).await;
        assert_eq!(browser.value(row).await, expected, "{key}");
    }
    browser.press("Enter", 13).await;
    browser.until("document.querySelector('#recent .summary').ariaExpanded === 'true'").await;

    // A chart says its values to those who do not see it.
    browser.value("document.querySelector('#throughput svg').focus()").await;
    browser.press("ArrowLeft", 37).await;
    let label = browser.value("document.activeElement.ariaLabel").await;
    let label = label.as_str().unwrap();
    assert!(label.starts_with("Jobs per second: Done") && label.contains(", at "), "{label}");

    // Nothing moves for those who asked for that.
    let media = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    browser.call("Emulation.setEmulatedMedia", media).await;
    let moving = "document.getAnimations().length";
    assert_eq!(browser.value(moving).await, 0);

    // Also without contact what is there can be read.
    rig.monitor.abort();
    browser.until("!document.getElementById('banner').hidden").await;
    let wrong = browser.value(include_str!("looks.js")).await;
    assert_eq!(wrong, Value::Array(Vec::new()), "without contact");
    rig.gate.add_permits(1);
    held.await.unwrap();
    rig.worker.control().abort();
}
