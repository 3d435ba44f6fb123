//! The table is held against the enumeration, against SPEC's table, and against what R101 to R103 say in words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::Kind;
use super::table::{Misfit, TABLE, Target, Text, Who};
use crate::ids::CityCode;

const SPEC: &str = include_str!("../../SPEC.md");

#[test]
fn every_kind_has_one_row_and_rows_ascend() {
    assert!(TABLE.windows(2).all(|pair| pair[0].kind.number() < pair[1].kind.number()));
    let named: Vec<Kind> =
        (0..=u16::MAX).map(Kind::from_number).filter(|kind| !matches!(kind, Kind::Unknown(_))).collect();
    assert_eq!(named, TABLE.iter().map(|row| row.kind).collect::<Vec<_>>());
    for number in [0, 8, 63, 64, 65, u16::MAX] {
        assert_eq!(Kind::from_number(number).row(), None, "{number}");
    }
}

/// One line of SPEC's table for each row, word by word.
#[test]
fn spec_prints_the_table() {
    for row in TABLE {
        let who = match row.who {
            Who::Any => "any city",
            Who::ListingCity => "the listing city",
            Who::OtherCity => "another city",
        };
        let about = match row.about {
            Target::Nothing => "–",
            Target::Listing => "Entry, Amendment",
            Target::ListingOrNothing => "Entry, Amendment, or nothing",
            Target::ListingOrAct => "Entry, Amendment, act",
            Target::Ending => "ending",
            Target::Anything => "anything",
        };
        let text = match row.text {
            Text::Listing => "listing",
            Text::Trust => "trust",
            Text::Act if row.is_ending => "act, ending",
            Text::Act => "act",
        };
        let effect = if row.is_supported { "yes" } else { "reserved" };
        let line = format!(
            "| {} | {} | {} | {who} | {about} | {text} | {effect} |",
            row.kind.number(),
            row.kind.name(),
            row.chinese
        );
        assert!(SPEC.lines().any(|found| found.trim() == line), "SPEC lacks\n{line}");
    }
}

#[test]
fn who_may_act_on_what_cell_by_cell() {
    let (here, there): (CityCode, CityCode) = ("330900".parse().unwrap(), "330200".parse().unwrap());
    for row in TABLE {
        for target in TABLE {
            for of in [here, there] {
                let found = row.may_act_on(here, of, target.kind);
                let on = target.kind;
                use Kind::{Amendment, Annulment, Decline, Entry, Erasure, Objection, Reinstatement, Removal, Repair};
                let lister = matches!(row.kind, Amendment | Annulment | Removal | Repair | Erasure | Reinstatement)
                    && of != here;
                let fits = match row.kind {
                    Amendment | Annulment | Removal | Repair | Objection => matches!(on, Entry | Amendment),
                    Erasure => !matches!(target.text, Text::Trust),
                    Reinstatement => matches!(on, Annulment | Removal | Repair | Erasure),
                    Decline => matches!(on, Entry | Amendment) && of != here,
                    _ => true,
                };
                let due = match (lister, fits) {
                    (true, _) => Err(Misfit::NotTheListingCity),
                    (_, false) => Err(Misfit::WrongTarget),
                    _ => Ok(()),
                };
                assert_eq!(found, due, "{:?} by {here} on {on:?} of {of}", row.kind);
            }
        }
    }
}
