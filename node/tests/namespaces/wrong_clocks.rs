//! Clocks that are an hour and a day off, both ways.

use super::admitted;
use super::clock::Clock;
use super::country::{CHENGDU, Country, HEZHOU, LANZHOU, NINGBO, ZHOUSHAN};
use super::federation::until;
use super::lone::entry;
use huxin::client::Client;
use huxin::runtime::clock::now;
use huxin_api::model::{ActRequest, ActVerb, StatusQuery};
use huxin_protocol::ruling::Ruling;
use std::collections::BTreeMap;

/// Hours by which each clock goes wrong, and how far ahead of its partners the node finds it, by their median. Two of the other
/// four stand on either side of the first.
const WRONG: [(&str, i64, i64); 5] =
    [(ZHOUSHAN, 0, 0), (HEZHOU, 1, 1), (LANZHOU, -1, -1), (NINGBO, 24, 24), (CHENGDU, -24, -24)];
const HOUR_MS: i64 = 3_600_000;

fn ruling(country: &Country, code: &str) -> Ruling {
    let subject = "uscc:91990099MA00000156".parse().unwrap();
    let status = country.federation.ask(code, |client| client.status(&subject, &StatusQuery::default()));
    serde_json::from_value(status.unwrap()).unwrap()
}

/// Clocks that go an hour and a day off, both ways, under running nodes, and are put right again. Everything arrives and nobody is
/// frozen. Whoever is ahead knows it from its partners, and signs endings alone and no sign of life; so all of them are fresh as soon
/// as their clocks are right.
#[test]
fn clock_skew_does_not_freeze() {
    let Some(_turn) = admitted("clock_skew_does_not_freeze") else { return };
    let mut country = Country::founded(5);
    let clocks: BTreeMap<_, _> = WRONG.into_iter().map(|(code, ..)| (code, Clock::of(&country, code))).collect();
    for (code, ..) in WRONG {
        clocks[code].set(0);
        country.federation.launch(code, |command| {
            clocks[code].arm(command);
            command.env("HUXIN_NETWORK_HEARTBEAT_SECONDS", "1");
            command.env("HUXIN_NETWORK_SYNC_SECONDS", "1");
            // The city that will be a day ahead hears by comparison alone, so that it must go on comparing.
            command.env("HUXIN_NETWORK_GOSSIP", if code == NINGBO { "false" } else { "true" });
        });
    }
    for code in country.cities() {
        country.federation.until_ready(code);
    }
    let ids: BTreeMap<_, _> = WRONG.into_iter().map(|(code, ..)| (code, country.publish(code, 0).ids[0])).collect();
    country.federation.until_logs_equal();

    for (code, hours, _) in WRONG {
        clocks[code].set(hours);
    }
    for (code, hours, ahead) in WRONG {
        until(&format!("{code} finds its clock {ahead} h ahead"), || {
            let info = country.federation.ask(code, Client::info).unwrap();
            let off = (info.now.0 - now().0 + HOUR_MS / 2).div_euclid(HOUR_MS);
            let found = (info.clock.ahead_ms.unwrap_or(i64::MIN / 2) + HOUR_MS / 2).div_euclid(HOUR_MS);
            ((off, found, info.clock.partners) == (hours, ahead, 4)).then_some(())
        });
        let state = country.federation.ask(code, Client::info).unwrap().clock.state;
        let due = match ahead {
            0 => "agrees",
            1.. => "ahead",
            _ => "differs",
        };
        assert_eq!(state, due, "{code}");
        let answer = country.federation.ask(code, |client| client.publish(&entry(1)));
        assert_eq!(answer.is_err(), ahead > 0, "{code}: {answer:?}");
        if let Err(fault) = answer {
            assert_eq!(fault.code, "clock_ahead", "{code}");
        }
    }
    // An ending is signed also by whoever is ahead, and takes effect where it arrives.
    let removal = ActRequest { reason: "测试".to_owned(), ..ActRequest::default() };
    country.federation.ask(NINGBO, |client| client.act(ids[NINGBO], ActVerb::Removal, &removal)).unwrap();
    country.federation.until_logs_equal();
    for viewer in country.cities() {
        let entries = ruling(&country, viewer).entries;
        let entry = entries.iter().find(|entry| entry.id == ids[NINGBO]).unwrap();
        assert!(entry.ended, "{viewer}: {:?}", entry.state);
    }
    // Nobody has signed that it is later than it is.
    for viewer in country.cities() {
        let heads = country.federation.ask(viewer, Client::heads).unwrap().heads;
        for line in heads.iter().flat_map(|head| &head.cosignatures) {
            assert!(line.time.0 - now().0 < 5 * 60_000, "{viewer} holds a line of {} from {:?}", line.city, line.time);
        }
        assert!(heads.iter().all(|head| !head.frozen), "{viewer}: {heads:?}");
    }

    // The clocks are put right under the running nodes.
    clocks.values().for_each(|clock| clock.set(0));
    for (code, ..) in WRONG {
        until(&format!("{code} agrees again"), || {
            let info = country.federation.ask(code, Client::info).unwrap();
            (info.clock.state == "agrees" && (info.now.0 - now().0).abs() < 60_000).then_some(())
        });
        country.publish(code, 2);
    }
    country.federation.until_logs_equal();
    until("every city is fresh everywhere", || {
        let fresh = |viewer: &&str| ruling(&country, viewer).entries.iter().all(|entry| !entry.stale);
        country.cities().iter().all(fresh).then_some(())
    });
    country.federation.end_and_check();
}
