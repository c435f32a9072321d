//! Limits.

use super::*;

#[tokio::test]
async fn large_packets() {
    open("large_packets", async |bed: &mut Bed| {
        let most = 10 << 20;
        let (mut raw, connack) = Raw::connect(bed.addr(), &Connect::new(5, "big").bytes()).await;
        assert!(connack.windows(5).any(|part| part == [0x27, 0, 0xa0, 0, 0]), "{connack:02x?}");
        // The length is enough; the bytes need not come.
        let too_large = &publish(5, 0x30, 0, "big", &[], &vec![0; most])[..100];
        raw.send(too_large).await;
        let last = raw.end().await;
        assert_eq!((last[0][0], last[0][2]), (0xe0, 0x95));
        let mut raw = connected(bed, Connect::new(4, "big")).await;
        raw.send(&publish(4, 0x30, 0, "big", &[], &vec![0; most])[..100]).await;
        assert!(raw.end().await.is_empty());
        // A client that takes little gets the small ones.
        let properties = vec![0x27, 0, 0, 0, 40];
        let mut raw = connected(bed, Connect { properties, ..Connect::new(5, "small") }).await;
        subscribed(&mut raw, &subscribe(5, 1, &[], &[("small", 1)])).await;
        let publisher = bed.client(ClientOptions::v311()).await;
        for size in [10, 100, 11] {
            publisher.command("small", vec![b'x'; size], QoS::AtLeastOnce).await.unwrap();
        }
        for size in [10, 11] {
            let got = raw.packet().await;
            assert!(got.ends_with(&vec![b'x'; size]) && got.len() <= 40);
            raw.send(&ack(0x40, id_of(&got))).await;
        }
        // A megabyte goes through.
        let both = bed.client(ClientOptions::v5()).await;
        both.subscribe("mega", QoS::ExactlyOnce).await.unwrap();
        let payload: Vec<u8> = (0..1 << 20).map(|at: u32| (at % 251) as u8).collect();
        for qos in QOS {
            both.command("mega", payload.clone(), qos).await.unwrap();
            assert!(both.next().await.unwrap().payload == payload);
        }
    })
    .await;
}

#[tokio::test]
async fn more_than_the_receive_maximum() {
    open("more_than_the_receive_maximum", async |bed: &mut Bed| {
        let (mut raw, connack) = Raw::connect(bed.addr(), &Connect::new(5, "rm").bytes()).await;
        assert!(connack.windows(3).any(|part| part == [0x21, 0, 20]), "{connack:02x?}");
        for id in 1..=20 {
            raw.send(&publish(5, 0x34, id, "rm", &[], b"x")).await;
            let got = raw.packet().await;
            assert_eq!((got[0], got[2..4].to_vec()), (0x50, id.to_be_bytes().to_vec()));
        }
        raw.send(&publish(5, 0x34, 21, "rm", &[], b"x")).await;
        if bed.is_real() {
            assert_eq!(raw.packet().await, [0x50, 3, 0, 21, 0x97]);
            return;
        }
        let last = raw.end().await;
        assert_eq!((last[0][0], last[0][2]), (0xe0, 0x93));
    })
    .await;
}
