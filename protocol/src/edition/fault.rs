//! Why an edition file is refused, each with a stable code.

use super::EDITION_FORMAT;
use crate::digest::Digest;
use crate::text::TextFault;
use crate::time::Date;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditionFault {
    #[error("the edition file is not JSON of the expected form (line {line}, column {column}): {what}")]
    Shape { line: usize, column: usize, what: String },
    #[error("the edition's format is not {EDITION_FORMAT}; it may need a newer node")]
    Format,
    #[error("the edition file is longer than 4 MiB")]
    TooLong,
    #[error("the edition ends before it begins to bind, or its base does")]
    Period,
    #[error("{field}: {fault}")]
    Text { field: String, fault: TextFault },
    #[error("{0} is empty; fill it in, or leave the member out where it may be absent")]
    EmptyText(String),
    #[error("name and line of an edition are 1 to 64 lower-case letters, digits, dots or hyphens")]
    Name,
    #[error(
        "the {what} {code:?} is not 1 to 64 letters, digits, dots or hyphens, or is a word that means something else"
    )]
    Code { what: &'static str, code: String },
    #[error("the {what} {code:?} stands twice")]
    Repeated { what: &'static str, code: String },
    #[error("{row:?} names the {what} {code:?}, which the edition does not have")]
    UnknownReference { row: String, what: &'static str, code: String },
    #[error("the list {0:?} is called serious and is no black list, or is regional and names no local regulation")]
    Registration(String),
    #[error("measure {0} names no class of subjects, or a list that its kind does not fit")]
    AppliesTo(String),
    #[error("the calendar names the years {0} out of order or twice")]
    CalendarYears(i16),
    #[error("the calendar's day {0} is a holiday and a make-up day at once, or lies in a year that it does not name")]
    CalendarDay(Date),
    #[error("of the figure {0} the bound for red is not on the bad side of the one for green")]
    Threshold(String),
    #[error("the layer lies on the edition {0}, which is not known here; load that one as well")]
    BaseUnknown(Digest),
    #[error("a layer lies at most on a layer that lies on a base")]
    LayerDepth,
    #[error("a layer names its cities, ascending, each of them a city of the layer on which it lies")]
    LayerCities,
    #[error("{0} would widen what the base says, and a layer only narrows it in the subject's favour")]
    LayerWidens(String),
    #[error("{0} is added without a local regulation as its basis")]
    LayerWithoutRegulation(String),
    #[error("a row of `confirm` names either a list or a measure, one that the base has as reported")]
    LayerConfirms,
}

impl EditionFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "edition_shape",
            Self::Format => "edition_format",
            Self::TooLong => "edition_too_long",
            Self::Period => "edition_period",
            Self::Text { fault, .. } => fault.code(),
            Self::EmptyText(_) => "edition_empty_text",
            Self::Name => "edition_name",
            Self::Code { .. } => "edition_code",
            Self::Repeated { .. } => "edition_repeated",
            Self::UnknownReference { .. } => "edition_unknown_reference",
            Self::Registration(_) => "edition_registration",
            Self::AppliesTo(_) => "edition_applies_to",
            Self::CalendarYears(_) | Self::CalendarDay(_) => "edition_calendar",
            Self::Threshold(_) => "edition_threshold",
            Self::BaseUnknown(_) => "edition_base_unknown",
            Self::LayerDepth => "edition_layer_depth",
            Self::LayerCities => "edition_layer_cities",
            Self::LayerWidens(_) => "edition_layer_widens",
            Self::LayerWithoutRegulation(_) => "edition_layer_regulation",
            Self::LayerConfirms => "edition_layer_confirm",
        }
    }
}
