//! The table is held against the enumeration, against SPEC's table, and against what R101 to R103 say in words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::Kind;
use super::table::{Misfit, Named, TABLE, Target, Text, Who};
use crate::ids::CityCode;

const SPEC: &str = include_str!("../../SPEC.md");

#[test]
fn every_kind_has_one_row_and_rows_ascend() {
    assert!(TABLE.windows(2).all(|pair| pair[0].kind.number() < pair[1].kind.number()));
    let named: Vec<Kind> =
        (0..=u16::MAX).map(Kind::from_number).filter(|kind| !matches!(kind, Kind::Unknown(_))).collect();
    assert_eq!(named, TABLE.iter().map(|row| row.kind).collect::<Vec<_>>());
    for number in [0, 10, 63, 64, 65, u16::MAX] {
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
            Who::AnsweringCity => "the city that listed",
            Who::SameCity => "the city that said it",
        };
        let about = match row.about {
            Target::Nothing => "–",
            Target::Listing => "Entry, Amendment",
            Target::ListingOrAct => "Entry, Amendment, act",
            Target::Ending => "ending",
            Target::Suspension => "Suspension",
            Target::Filing => "RepairApplication, Objection",
            Target::FilingOrDecline => "RepairApplication, Objection, Decline",
        };
        let text = match row.text {
            Text::Listing => "listing",
            Text::Trust => "trust",
            Text::Act if row.is_ending => "act, ending",
            Text::Act if row.is_relief => "act, relief",
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
    use Kind::{
        Amendment, Annulment, Decline, Entry, Erasure, Feedback, Objection, Reinstatement, Removal, Repair,
        RepairApplication, Response, Resumption, Ruling, Step, Suspension, Withdrawal,
    };
    let (here, there): (CityCode, CityCode) = ("330900".parse().unwrap(), "330200".parse().unwrap());
    for row in TABLE {
        for target in TABLE {
            for of in [here, there] {
                for about in [None, Some(here), Some(there)] {
                    let (kind, on) = (row.kind, target.kind);
                    let found = row.may_act_on(here, &Named { kind: on, city: of, about });
                    let lister = matches!(
                        kind,
                        Amendment | Annulment | Removal | Repair | Erasure | Reinstatement | Suspension | Resumption
                    );
                    let listing = matches!(on, Entry | Amendment);
                    let filing = matches!(on, RepairApplication | Objection);
                    let fits = match kind {
                        Amendment | Annulment | Removal | Repair | Suspension | Feedback => listing,
                        Erasure => !matches!(target.text, Text::Trust),
                        Reinstatement => matches!(on, Annulment | Removal | Repair | Erasure),
                        Resumption => on == Suspension,
                        Decline | Response | RepairApplication | Objection => listing && of != here,
                        Ruling | Step => filing,
                        Withdrawal => filing || on == Decline,
                        _ => true,
                    };
                    let due = match (kind, fits) {
                        _ if lister && of != here => Err(Misfit::NotTheListingCity),
                        (Withdrawal, _) if of != here => Err(Misfit::NotTheSameCity),
                        (_, false) => Err(Misfit::WrongTarget),
                        (Ruling | Step, _) if about != Some(here) => Err(Misfit::NotTheListingCity),
                        _ => Ok(()),
                    };
                    assert_eq!(found, due, "{kind:?} by {here} on {on:?} of {of}, which is about {about:?}");
                }
            }
        }
    }
}
