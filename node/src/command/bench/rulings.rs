//! One ruling by itself, without HTTP: what the fold takes for a case of so many entries about one company, what gathering them from
//! the store and folding takes together, and the answer about a company of which nothing is known, as nearly all are.

use super::figure::{Figure, Goal};
use super::{fill, node, sample};
use crate::fault::Fault;
use crate::runtime::{STORE_FOLDER, clock};
use crate::settings;
use huxin_engine::gather::case_file;
use huxin_protocol::fold::{CaseFile, Viewpoint, rule};
use huxin_protocol::roster::Roster;
use huxin_store::{Options, RocksStore};
use std::path::Path;
use std::time::{Duration, Instant};

/// Entries about one company, what the figures are called, and the goal of the fold in milliseconds.
const SIZES: [(usize, &str, &str, Goal); 4] = [
    (1, "fold_ms of 1 entry", "ruling_ms of 1 entry", Goal::None),
    (10, "fold_ms of 10 entries", "ruling_ms of 10 entries", Goal::None),
    (1_000, "fold_ms of 1,000 entries", "ruling_ms of 1,000 entries", Goal::Below(1.0)),
    (10_000, "fold_ms of 10,000 entries", "ruling_ms of 10,000 entries", Goal::None),
];
/// Time for one figure, and the least number of runs.
const LONG: Duration = Duration::from_millis(300);
const RUNS: usize = 5;

/// Measures each size with a node of its own. Everything lies in `folder`.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Fault> {
    let mut figures = Vec::new();
    for (count, fold_name, ruling_name, goal) in SIZES {
        let home = folder.join(format!("rulings-{count}"));
        std::fs::create_dir_all(&home).map_err(|source| Fault::file("make", &home, &source))?;
        let config = node::alone(&home)?;
        let subjects = sample::subjects(2)?;
        let [about, unknown] = [&subjects[0], &subjects[1]];
        fill::fill(&config, vec![about.clone()], count)?;

        let settings = settings::load_plain(&config)?;
        let store =
            RocksStore::open(&settings.node.data.join(STORE_FOLDER), Options { create: false, ..Options::default() })?;
        let genesis = settings::read_genesis(&settings.node.genesis)?;
        let (roster, editions) = (Roster::new(&genesis), settings::editions(&settings)?);
        let view = Viewpoint {
            federation: genesis.id(),
            viewer: settings.node.city,
            at: clock::now(),
            now: true,
            crosswalk: None,
        };
        let gather = |subject| -> Result<CaseFile<'_>, Fault> {
            case_file(&store, &roster, &editions, subject, view.clone()).map_err(Fault::unexpected)
        };
        let case = gather(about)?;
        if rule(&case).entries.len() != count {
            return Err(Fault::unexpected(format_args!("of {count} entries not all are shown")));
        }
        figures.push(Figure::alone(
            fold_name,
            "ms",
            median_ms(|| {
                drop(rule(&case));
                Ok(())
            })?,
            goal,
        ));
        let whole = median_ms(|| {
            drop(rule(&gather(about)?));
            Ok(())
        })?;
        figures.push(Figure::alone(ruling_name, "ms", whole, Goal::None));
        if count == 1_000 {
            let nothing = median_ms(|| {
                drop(rule(&gather(unknown)?));
                Ok(())
            })?;
            figures.push(Figure::alone("ruling_ms of nothing", "ms", nothing, Goal::None));
        }
    }
    Ok(figures)
}

/// The median of as many runs as the time allows.
fn median_ms(mut run: impl FnMut() -> Result<(), Fault>) -> Result<f64, Fault> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < RUNS || begun.elapsed() < LONG {
        let one = Instant::now();
        run()?;
        times.push(one.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2].as_secs_f64() * 1_000.0)
}
