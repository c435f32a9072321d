//! The dashboard in a real browser. Skipped aloud where there is no Chromium.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::SystemTime,
};

use journeyman_core::{WorkerControl, memory::Submission};
use journeyman_monitor::{
    Section, Status,
    compat::{Compat, Config, Era, Facts, Stats, Task},
};
use serde_json::json;

use crate::{
    devtools::{Browser, program},
    support::{Rig, TOKEN, config, rig},
};

const HOSTILE: &str =
    "<img src=x onerror=\"document.title='taken over'\"><script>alert(1)</script>";

/// Every address is of this monitor, and nothing went wrong.
fn assert_clean(browser: &Browser, rig: &Rig) {
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let requests = browser.requests();
    assert!(requests.len() > 3, "{requests:?}");
    let (http, ws) = (format!("http://{}/", rig.address), format!("ws://{}/", rig.address));
    for url in requests {
        let fine = url.starts_with(&http)
            || url.starts_with(&ws)
            || url.starts_with("data:")
            || url.starts_with("blob:")
            || url == "about:blank";
        assert!(fine, "{url}");
    }
}

#[tokio::test]
async fn it_loads_and_live_updates_arrive() {
    let Some(program) = program("it_loads_and_live_updates_arrive") else { return };
    let rig = rig(config()
        .worker_id(HOSTILE)
        .section(|| Section::new(HOSTILE).fact(HOSTILE, HOSTILE, Status::Warning)))
    .await;
    let mut browser = Browser::start(program, "loads").await;
    browser.open(&format!("http://{}/dashboard", rig.address)).await;
    browser.until("document.getElementById('live').textContent === 'Live'").await;
    assert_eq!(browser.text("connection-status").await, "Online");
    assert_eq!(browser.text("tasks-completed").await, "0");

    // Jobs that end are told without a reload.
    rig.first.submit(Submission::new("echo").id(HOSTILE)).await.await.unwrap();
    rig.second.submit(Submission::new("fail").id("bad-1")).await.await.unwrap_err();
    browser.until("document.getElementById('tasks-completed').textContent === '1'").await;
    browser.until("document.getElementById('tasks-failed').textContent === '1'").await;
    browser.until("document.querySelectorAll('#recent > li').length === 2").await;
    let error = "document.querySelector('#recent .error').textContent";
    assert_eq!(browser.value(error).await, "<b>no</b> & \"never\"");

    // One that runs is there with its progress and what it printed.
    let held = rig.at_the_gate("held-1").await;
    browser.until("document.querySelector('#current-task [role=progressbar]')?.getAttribute('aria-valuenow') === '25'").await;
    browser.value("document.querySelector('#current-task .summary').click()").await;
    browser
        .until("document.querySelector('#current-task pre')?.textContent === 'before the gate\\n'")
        .await;
    rig.gate.add_permits(1);
    held.await.unwrap();
    browser.until("!document.getElementById('active-empty').hidden").await;
    browser.until("document.querySelectorAll('#recent > li').length === 3").await;
    browser.value("document.querySelector('#recent .summary').click()").await;
    browser.until("document.querySelector('#recent pre')?.textContent === 'before the gate\\nafter the gate\\n'").await;

    // Who steps through current tasks by keyboard keeps the place when one before it ends.
    let (early, late) = (rig.at_the_gate("early").await, rig.at_the_gate("late").await);
    browser.until("document.querySelectorAll('#current-task > li').length === 2").await;
    browser.value("document.querySelector('#current-task > li:last-child .summary').focus()").await;
    rig.gate.add_permits(1);
    early.await.unwrap();
    browser.until("document.querySelectorAll('#current-task > li').length === 1").await;
    let focused = "document.activeElement.querySelector('.id')?.textContent";
    assert_eq!(browser.value(focused).await, "late");
    rig.gate.add_permits(1);
    late.await.unwrap();
    browser.until("!document.getElementById('active-empty').hidden").await;
    browser.value("document.getElementById('newer').click()").await;
    browser.until("document.querySelectorAll('#recent > li').length === 5").await;

    // A job that is open stays where it is; newer ones wait until they are asked for.
    rig.first.submit(Submission::new("echo").id("newer")).await.await.unwrap();
    browser.until("document.getElementById('newer').textContent === 'Show 1 newer job'").await;
    assert_eq!(browser.value("document.querySelectorAll('#recent > li').length").await, 5);
    browser.value("document.getElementById('newer').click()").await;
    browser.until("document.querySelector('#recent .id').textContent === 'newer'").await;
    assert_eq!(
        browser.value("document.querySelectorAll('#recent [aria-expanded=true]').length").await,
        1
    );

    // The worker's id, a job's id and a fact are text wherever they are.
    assert_eq!(browser.text("worker-id").await, HOSTILE);
    let title = browser.value("document.title").await;
    assert_eq!(title, format!("Journeyman worker - {HOSTILE}"));
    let strange = "[...document.querySelectorAll('img, script')].filter((e) => !e.src.startsWith(location.origin + '/assets/')).length";
    assert_eq!(browser.value(strange).await, 0);
    let ids = "[...document.querySelectorAll('#recent .id')].map((e) => e.textContent)";
    assert!(browser.value(ids).await.as_array().unwrap().contains(&HOSTILE.into()));

    // What would not be seen, or would turn letters around, is seen; output is as in a terminal.
    rig.first.submit(Submission::new("echo").id("\u{202e}x\u{1b}[0m\u{7}")).await.await.unwrap();
    browser.until("!document.getElementById('newer').hidden").await;
    browser.value("document.getElementById('newer').click()").await;
    let id = "document.querySelector('#recent .id').textContent";
    assert_eq!(browser.value(id).await, "⟨202E⟩x⟨1B⟩[0m⟨07⟩");
    let printed = "import('/assets/format.js').then((f) => f.printed('a\\r\\nb 1 %\\rb 2 %\\r\\n\\x1b[31mred\\x1b[0m'))";
    assert_eq!(browser.value(printed).await, "a\nb 2 %\nred");

    // A filter, a state that changes, and the log.
    browser.value("document.querySelector('[data-only=failed]').click()").await;
    browser.until("document.querySelectorAll('#recent > li').length === 1").await;
    rig.worker.control().session(1).unwrap().disconnect();
    browser
        .until("document.getElementById('connection-status').textContent === 'Partly online'")
        .await;
    browser.until("document.getElementById('activity-log').textContent.includes('second: disconnected on request')").await;
    assert_clean(&browser, &rig);

    // Themes: that of the system, or a chosen one.
    let ground = "getComputedStyle(document.documentElement).backgroundColor";
    let light = browser.value(ground).await;
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.call("Emulation.setEmulatedMedia", dark).await;
    let dark = browser.value(ground).await;
    assert_ne!(light, dark);
    browser.value("document.getElementById('theme').click()").await;
    assert_eq!(browser.value(ground).await, light, "light was chosen on a dark system");

    // Nothing sticks out sideways on a phone.
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    browser.call("Emulation.setDeviceMetricsOverride", phone).await;
    browser.until("innerWidth === 390").await;
    let wide = "document.documentElement.scrollWidth";
    assert_eq!(browser.value(wide).await, 390);

    // Without the monitor the page says so.
    rig.monitor.abort();
    browser.until("!document.getElementById('banner').hidden").await;
    assert_eq!(browser.text("live").await, "No contact");
    rig.worker.control().abort();
}

/// A worker that counts how often it was restarted.
struct Counting(Arc<AtomicUsize>, WorkerControl);

impl Facts for Counting {
    fn era(&self) -> Era {
        Era::Head
    }

    fn worker_id(&self) -> String {
        "worker-1".to_owned()
    }

    fn is_connected(&self) -> bool {
        true
    }

    fn current_task(&self) -> Option<Task> {
        None
    }

    fn stats(&self) -> Stats {
        Stats {
            tasks_completed: 0,
            tasks_failed: 0,
            total_execution_time: 0.0,
            completed_execution_time: 0.0,
            started_at: SystemTime::now(),
        }
    }

    fn config(&self) -> Config {
        Config::new("worker-1")
    }

    fn restart(&self) {
        self.0.fetch_add(1, SeqCst);
        self.1.reconnect();
    }
}

#[tokio::test]
async fn restart_works_after_a_question_and_by_keyboard() {
    let Some(program) = program("restart_works_after_a_question_and_by_keyboard") else { return };
    // The facts need the worker, which is there only after the monitor's configuration was made.
    let restarts = Arc::<AtomicUsize>::default();
    let other = rig(config()).await;
    let facts = Counting(Arc::clone(&restarts), other.worker.control().clone());
    let rig = rig(config().name("CrowdCompute Worker").compat(Compat::new(facts))).await;
    let mut browser = Browser::start(program, "restart").await;
    browser.open(&format!("http://{}/dashboard", rig.address)).await;
    let button = "document.querySelector('#controls [data-command=restart]')";
    browser.until(button).await;
    assert_eq!(browser.value("document.title").await, "CrowdCompute Worker - worker-1");

    browser.value(&format!("{button}.click()")).await;
    browser.until("document.getElementById('confirm').open").await;
    assert_eq!(browser.text("confirm-title").await, "Restart the worker?");
    browser.value("document.getElementById('confirm-no').click()").await;
    browser.until("!document.getElementById('confirm').open").await;
    assert_eq!(restarts.load(SeqCst), 0);

    // What is told is gone after a while; remember it.
    browser
        .value(
            "window.toasts = []; new MutationObserver((changes) => changes.forEach((change) => \
             change.addedNodes.forEach((node) => toasts.push(node.textContent)))) \
             .observe(document.getElementById('toasts'), { childList: true }); 0",
        )
        .await;

    // Escape is no, Enter is yes.
    browser.value(&format!("{button}.focus()")).await;
    browser.press("Enter", 13).await;
    browser.until("document.getElementById('confirm').open").await;
    browser.press("Escape", 27).await;
    browser.until("!document.getElementById('confirm').open").await;
    assert_eq!(restarts.load(SeqCst), 0);
    assert_eq!(browser.value(&format!("document.activeElement === {button}")).await, true);
    browser.press("Enter", 13).await;
    browser.until("document.getElementById('confirm').open").await;
    browser.press("Enter", 13).await;
    browser.until("toasts.includes('Worker restarted.')").await;
    assert_eq!(restarts.load(SeqCst), 1);
    browser
        .until("document.getElementById('activity-log').textContent.includes('asked to restart')")
        .await;

    // Questions in quick succession: each has its own answer.
    for _ in 0..5 {
        browser.value(&format!("{button}.click()")).await;
        browser.value("document.getElementById('confirm-no').click()").await;
    }
    browser
        .value(&format!("{button}.click(); document.getElementById('confirm-yes').click()"))
        .await;
    browser.until("toasts.length === 2").await;
    assert_eq!(restarts.load(SeqCst), 2);

    // Pause and resume one connection.
    let command = |name: &str| format!("document.querySelector('#sessions [data-command={name}]')");
    browser.value(&format!("{}.click()", command("pause"))).await;
    browser.until("document.getElementById('confirm').open").await;
    browser.value("document.getElementById('confirm-yes').click()").await;
    browser.until("document.querySelector('.session-state').textContent === 'Paused'").await;
    browser.value(&format!("{}.click()", command("resume"))).await;
    browser.until("document.querySelector('.session-state').textContent === 'Online'").await;
    // What cannot be undone does not wait for a careless Enter.
    browser.value("document.querySelector('#controls [data-command=drain]').click()").await;
    browser.until("document.getElementById('confirm').open").await;
    assert_eq!(browser.value("document.activeElement.id").await, "confirm-no");
    browser.press("Escape", 27).await;
    assert_clean(&browser, &rig);
    rig.stop().await;
    other.stop().await;
}

#[cfg(feature = "docs")]
#[tokio::test]
async fn the_viewers_show_the_description_and_ask_nobody_else() {
    let Some(program) = program("the_viewers_show_the_description_and_ask_nobody_else") else {
        return;
    };
    let rig = rig(config()).await;
    let mut browser = Browser::start(program, "viewers").await;
    for (path, shown) in [
        ("/api/v1/docs", "document.querySelectorAll('#swagger-ui .opblock').length >= 15"),
        ("/api/v1/redoc", "document.querySelectorAll('#redoc [data-section-id]').length >= 15"),
    ] {
        browser.open(&format!("http://{}{path}", rig.address)).await;
        browser.until(shown).await;
        browser.until("document.body.innerText.includes('/api/v1/snapshot')").await;
    }
    let requests = browser.requests();
    // The viewers try to show the marks of their makers; the policy keeps them from it.
    let base = format!("http://{}/", rig.address);
    let foreign: Vec<_> = requests
        .iter()
        .filter(|url| {
            !url.starts_with(&base) && !url.starts_with("data:") && !url.starts_with("blob:")
        })
        .collect();
    let loaded =
        browser.events.iter().filter(|event| event["method"] == "Network.responseReceived");
    let from: Vec<_> =
        loaded.filter_map(|event| event["params"]["response"]["url"].as_str()).collect();
    for url in foreign {
        assert!(!from.contains(&url.as_str()), "{url} was loaded");
    }
    let wrong: Vec<_> =
        browser.complaints().into_iter().filter(|text| !text.contains("cdn.redoc.ly")).collect();
    assert_eq!(wrong, Vec::<String>::new());
    rig.stop().await;
}

#[tokio::test]
async fn a_browser_logs_in_and_out() {
    let Some(program) = program("a_browser_logs_in_and_out") else { return };
    let rig = rig(config().token(TOKEN)).await;
    let mut browser = Browser::start(program, "login").await;
    browser.open(&format!("http://{}/dashboard", rig.address)).await;
    let submit = |token: &str| {
        format!(
            "document.getElementById('token').value = '{token}'; document.forms[0].requestSubmit()"
        )
    };
    browser.until("document.getElementById('token')").await;
    browser.value(&submit("wrong-but-long-enough")).await;
    browser
        .until("document.querySelector('.wrong')?.textContent === 'That is not the token.'")
        .await;
    browser.value(&submit(TOKEN)).await;
    browser.until("document.getElementById('live')?.textContent === 'Live'").await;
    assert_eq!(browser.value("document.cookie").await, "", "no script sees the cookie");
    browser.until("!document.getElementById('logout').hidden").await;
    browser.value("document.querySelector('#logout button').click()").await;
    browser.until("document.getElementById('token')").await;
    let kept: Vec<_> = browser
        .complaints()
        .into_iter()
        // The refusals themselves.
        .filter(|text| !text.contains("401"))
        .collect();
    assert_eq!(kept, Vec::<String>::new());
    rig.stop().await;
}
