//! The question before something is ended. On a terminal the officer answers it; a script says `--yes`.

use super::Context;
use crate::chinese;
use crate::fault::Fault;
use crate::tell;
use std::io::{IsTerminal as _, Write as _};

/// Asks whether to go on, after showing what would be done.
///
/// # Errors
/// `confirmation_needed` where nobody can be asked, `not_confirmed` where the answer is no.
pub fn confirm(what: &[String], yes: bool, context: &Context) -> Result<(), Fault> {
    if yes {
        return Ok(());
    }
    for line in what {
        tell!("{}", chinese::wrapped(line, 80));
    }
    if context.json || !std::io::stdin().is_terminal() {
        return Err(Fault::usage(
            "confirmation_needed",
            "this changes what counts about somebody, and there is no terminal on which to ask",
        )
        .trying("look at what it would do, and say --yes"));
    }
    let mut screen = std::io::stderr().lock();
    let asked = write!(screen, "确认执行？ go on? [y/N] ").and_then(|()| screen.flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| std::io::stdin().read_line(&mut answer));
    read.map_err(|source| Fault::file("ask on", std::path::Path::new("the terminal"), &source))?;
    if matches!(answer.trim(), "y" | "Y" | "yes" | "是") {
        Ok(())
    } else {
        Err(Fault::usage("not_confirmed", "nothing was signed"))
    }
}
