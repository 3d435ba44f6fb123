//! Clocks that are an hour and a day off, both ways.

use super::admitted;
use super::clock::Clock;
use super::country::{CHENGDU, Country, HEZHOU, LANZHOU, NINGBO, ZHOUSHAN};
use super::federation::until;
use huxin::client::Client;
use huxin::runtime::clock::now;
use huxin_api::model::{ActRequest, ActVerb, StatusQuery};
use huxin_protocol::ruling::{Ruling, State};
use std::collections::BTreeMap;

/// Hours by which each clock is wrong.
const WRONG: [(&str, i64); 5] = [(ZHOUSHAN, 0), (HEZHOU, 1), (LANZHOU, -1), (NINGBO, 24), (CHENGDU, -24)];
const FRESHNESS_HOURS: i64 = 24;

fn ruling(country: &Country, code: &str) -> Ruling {
    let subject = "uscc:91990099MA00000156".parse().unwrap();
    let status = country.federation.ask(code, |client| client.status(&subject, &StatusQuery::default()));
    serde_json::from_value(status.unwrap()).unwrap()
}

/// Clocks that are an hour and a day off, both ways, and are put right while the nodes run. Everything arrives, nobody is frozen,
/// and what a viewer shows as fresh is what its own clock can call fresh.
#[test]
fn clock_skew_does_not_freeze() {
    let Some(_turn) = admitted("clock_skew_does_not_freeze") else { return };
    let mut country = Country::founded(5);
    let clocks: BTreeMap<_, _> = WRONG.into_iter().map(|(code, _)| (code, Clock::of(&country, code))).collect();
    for (code, hours) in WRONG {
        clocks[code].set(hours);
        country.federation.launch(code, |command| {
            clocks[code].arm(command);
            command.env("HUXIN_NETWORK_HEARTBEAT_SECONDS", "1");
            // The city that is a day ahead hears by comparison alone, so that it must go on comparing.
            command.env("HUXIN_NETWORK_GOSSIP", if code == NINGBO { "false" } else { "true" });
        });
    }
    for code in country.cities() {
        country.federation.until_ready(code);
    }
    let ahead = |code: &str| {
        let info = country.federation.ask(code, Client::info).unwrap();
        (info.now.0 - now().0 + 1800 * 1000).div_euclid(3600 * 1000)
    };
    for (code, hours) in WRONG {
        assert_eq!(ahead(code), hours, "{code}: the clock is not under the node");
    }

    let ids: BTreeMap<_, _> = WRONG.into_iter().map(|(code, _)| (code, country.publish(code, 0).ids[0])).collect();
    country.federation.until_logs_equal();
    // Signs of life go their own way: until every city has heard every other one whose clock is not ahead of its own. What
    // comes from ahead is left out (R92).
    until("all have heard from all that are not ahead", || {
        let fresh = |(viewer, own): &(&str, i64)| {
            let heads = country.federation.ask(viewer, Client::heads).unwrap().heads;
            let ahead = |city: &str| WRONG.iter().any(|(code, theirs)| *code == city && theirs > own);
            heads.iter().all(|head| head.fresh_at.is_some() || ahead(head.city.as_str()))
        };
        WRONG.iter().all(fresh).then_some(())
    });
    for (viewer, own) in WRONG {
        let entries = ruling(&country, viewer).entries;
        for (source, theirs) in WRONG {
            let entry = entries.iter().find(|entry| entry.id == ids[source]).unwrap();
            let behind = own - theirs;
            let fresh = viewer == source || (0..FRESHNESS_HOURS).contains(&behind);
            assert_eq!(entry.stale, !fresh, "{source} as {viewer} sees it, {behind} h behind");
            // What was signed later than the viewer's present has not begun for it, and is kept.
            let due = if behind < 0 { State::NotYet } else { State::Listed };
            assert_eq!(entry.state, due, "{source} as {viewer} sees it, {behind} h behind");
        }
    }
    // An ending takes effect where it arrives, whatever its time.
    let removal = ActRequest { reason: "测试".to_owned(), ..ActRequest::default() };
    country.federation.ask(NINGBO, |client| client.act(ids[NINGBO], ActVerb::Removal, &removal)).unwrap();
    country.federation.until_logs_equal();
    for viewer in country.cities() {
        let entries = ruling(&country, viewer).entries;
        let entry = entries.iter().find(|entry| entry.id == ids[NINGBO]).unwrap();
        assert!(entry.ended, "{viewer}: {:?}", entry.state);
    }

    // The clocks are put right under the running nodes.
    clocks.values().for_each(|clock| clock.set(0));
    until("all clocks are right", || country.cities().iter().all(|code| ahead(code) == 0).then_some(()));
    let seqs: Vec<_> = country.cities().iter().map(|code| country.publish(code, 1).ids[0].seq.0).collect();
    country.federation.until_logs_equal();
    assert_eq!(seqs.iter().sum::<u64>(), 6, "one each and the removal stood before: {seqs:?}");
    for viewer in country.cities() {
        let heads = country.federation.ask(viewer, Client::heads).unwrap().heads;
        assert!(heads.iter().all(|head| !head.frozen), "{viewer}: {heads:?}");
    }
    // Cosigners never go back in time (R76): those that were ahead stay stale until the true time has caught up.
    let stale = |source: &str| {
        let entries = ruling(&country, ZHOUSHAN).entries;
        entries.iter().find(|entry| entry.id == ids[source]).unwrap().stale
    };
    for source in [LANZHOU, CHENGDU] {
        until(&format!("{source} is fresh"), || (!stale(source)).then_some(()));
    }
    for source in [HEZHOU, NINGBO] {
        assert!(stale(source), "{source} has signed that it is later than it is");
    }
    country.federation.end_and_check();
}
