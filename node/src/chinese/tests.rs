//! Nothing stays English by accident: each table is held against everything that there is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::fault_sentences::SENTENCES;
use super::help::text;
use super::help_texts::{COMMANDS, EVERYWHERE};
use super::next_steps::{NEXT_STEPS, in_chinese as next_step};
use super::*;
use crate::command::Cli;
use clap::{Command, CommandFactory as _};
use huxin_config::Language;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn built() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

fn visit(command: &Command, path: &str, each: &mut impl FnMut(&str, &Command)) {
    each(path, command);
    // What is below `help` repeats the commands.
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        visit(sub, &below(path, sub.get_name()), each);
    }
}

#[test]
fn every_command_and_argument_has_a_chinese_help_and_no_text_is_idle() {
    let (mut lacking, mut used) = (Vec::new(), BTreeSet::new());
    visit(&built(), "", &mut |path, command| {
        used.insert(path.to_owned());
        if text(path, None).is_none_or(str::is_ascii) {
            lacking.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            used.insert(format!("{path}:{id}"));
            used.insert(id.to_owned());
            if text(path, Some(id)).is_none_or(str::is_ascii) {
                lacking.push(format!("{path}:{id}"));
            }
        }
    });
    assert!(lacking.is_empty(), "no Chinese help: {lacking:#?}");
    let idle: Vec<_> = COMMANDS.iter().map(|(key, _)| *key).filter(|key| !used.contains(*key)).collect();
    assert!(idle.is_empty(), "texts of nothing: {idle:?}");
    let keys: BTreeSet<_> = COMMANDS.iter().chain(EVERYWHERE).map(|(key, _)| key).collect();
    assert_eq!(keys.len(), COMMANDS.len() + EVERYWHERE.len(), "one key twice");
}

/// Every help in both languages fits the screen, and the Chinese one has no English sentence in it.
#[test]
fn every_help_fits_eighty_columns() {
    for language in [Language::Chinese, Language::English] {
        let mut command = match language {
            Language::Chinese => in_chinese(Cli::command()),
            Language::English => in_english(Cli::command()),
        };
        command.build();
        let mut wide = Vec::new();
        visit(&command, "", &mut |path, command| {
            let mut command = command.clone();
            for help in [command.render_help().to_string(), command.render_long_help().to_string()] {
                // Names of options stand as they are typed, however long.
                let too_wide = |line: &&str| columns(line) > 80;
                wide.extend(help.lines().filter(too_wide).map(|line| format!("{path}: {line}")));
                if language == Language::Chinese {
                    for english in
                        ["Usage:", "Options:", "Commands:", "Arguments:", "[default", "[possible", "Print help"]
                    {
                        assert!(!help.contains(english), "{path}: {english}\n{help}");
                    }
                    let sentence = help.lines().filter(|line| line.is_ascii()).find(|line| line.split(' ').count() > 9);
                    let is_example =
                        |line: &str| line.contains("huxin ") || line.contains('[') || line.starts_with("    ");
                    assert!(sentence.is_none_or(is_example), "{path}: {sentence:?}");
                }
            }
        });
        assert!(wide.is_empty(), "{wide:#?}");
    }
}

/// What clap finds wrong is told in Chinese, whatever it is.
#[test]
fn each_misuse_is_told_in_chinese() {
    let rows: [(&[&str], &str); 11] = [
        (&["huxin", "statuss"], "没有命令 statuss"),
        (&["huxin", "status", "--explane", "x"], "没有参数 --explane"),
        (&["huxin", "status"], "缺少必需的参数：<SUBJECT>"),
        (&["huxin", "keys", "show", "a", "b"], "没有参数 b"),
        (&["huxin", "recognise", "--lists", "grey"], "不接受 grey"),
        (&["huxin", "--language", "fr", "peers"], "的值 fr 有误"),
        (&["huxin", "entry", "x"], "的值 x 有误"),
        (&["huxin", "keys", "rotate", "--resume", "--cancel"], "不能与"),
        (&["huxin", "status", "--at"], "缺少值"),
        (&["huxin", "peers", "--config", "a", "--config", "b"], "只能写一次"),
        (&["huxin", "demo", "--cities", "99"], "的值 99 有误"),
    ];
    for (words, due) in rows {
        let fault = in_chinese(Cli::command()).try_get_matches_from(words).unwrap_err();
        let told = misuse(&fault).unwrap_or_else(|| panic!("{words:?} is told in English: {fault}"));
        assert!(told.contains(due), "{words:?}: {told}");
        assert!(told.starts_with("error[usage]: ") && told.contains("--help"), "{told}");
        assert_eq!(fault.exit_code(), 2);
    }
    let help = in_chinese(Cli::command()).try_get_matches_from(["huxin", "--help"]).unwrap_err();
    assert!(misuse(&help).is_none() && help.to_string().contains("用法："));
}

/// Names of items and states whose codes are no faults.
const NO_FAULTS: [&str; 3] = ["ok", "ready", "uscc"];

fn sources(at: &Path, out: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(at).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests" && name != "target") {
                sources(&path, out);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

/// The texts in quotation marks of a stretch of code that look like codes.
fn quoted(code: &str) -> impl Iterator<Item = &str> {
    let is_code = |text: &&str| {
        text.len() > 1
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    code.split('"').skip(1).step_by(2).filter(is_code)
}

/// Every code of a fault: what stands in a function `code`, and the first text that a fault is made with.
fn codes_of(source: &str, out: &mut BTreeSet<String>) {
    for (at, _) in source.match_indices("fn code(") {
        let from = at + source[at..].find('{').unwrap_or(0);
        let mut depth = 0;
        let end = source[from..].char_indices().find(|(_, character)| {
            depth += i32::from(*character == '{') - i32::from(*character == '}');
            depth == 0
        });
        let end = end.map_or(source.len(), |(end, _)| from + end);
        out.extend(quoted(&source[from..end]).map(str::to_owned));
    }
    let makers = [
        "Fault::usage(",
        "Fault::refused(",
        "Fault::not_yet(",
        "Fault::damaged(",
        "Fault::new(",
        "Problem::new(",
        "Self::new(",
    ];
    for (at, maker) in makers.iter().flat_map(|maker| source.match_indices(maker)) {
        // `FileFault::new` makes a fault of one line, whose first text is its field.
        if source[..at].ends_with(char::is_alphanumeric) {
            continue;
        }
        let rest = &source[at + maker.len()..];
        let first = rest.trim_start();
        let second = || first.split_once(',').map_or("", |(_, rest)| rest.trim_start());
        let first = if first.starts_with('"') { first } else { second() };
        if first.starts_with('"') {
            out.extend(quoted(first).take(1).filter(|code| first[1..].starts_with(code)).map(str::to_owned));
        }
    }
}

/// Every source file of the crates that make faults.
fn all_sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in [
        "protocol/src",
        "keys/src",
        "config/src",
        "node/src",
        "node/engine/src",
        "node/store/src",
        "node/net/src",
        "node/api/src",
        "node/profile/src",
    ] {
        sources(&root.join(folder), &mut files);
    }
    files.retain(|path| path.file_name().is_some_and(|name| name != "tests.rs"));
    files
}

#[test]
fn every_code_of_a_fault_has_a_chinese_sentence() {
    let files = all_sources();
    let mut codes = BTreeSet::new();
    files.iter().for_each(|path| codes_of(&std::fs::read_to_string(path).unwrap(), &mut codes));
    assert!(codes.len() > 400, "only {} codes were found", codes.len());
    let lacking: Vec<_> =
        codes.iter().filter(|code| sentence(code).is_none() && !NO_FAULTS.contains(&code.as_str())).collect();
    assert!(lacking.is_empty(), "no Chinese sentence: {lacking:?}");
    for pair in SENTENCES.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} and {} are out of order", pair[0].0, pair[1].0);
    }
    assert!(SENTENCES.iter().all(|(_, sentence)| !sentence.is_ascii() && columns(sentence) <= 76));
}

/// The text literals of a stretch of code, as they are at run time.
fn literals(code: &str) -> Vec<String> {
    let (mut out, mut open, mut characters) = (Vec::new(), None::<String>, code.chars().peekable());
    while let Some(character) = characters.next() {
        match (&mut open, character) {
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
            (Some(text), '"') => {
                out.push(std::mem::take(text));
                open = None;
            }
            (Some(text), '\\') => match characters.next() {
                // A line that goes on in the next one.
                Some('\n') => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            (Some(text), other) => text.push(other),
        }
    }
    out
}

/// From an opening bracket at `from` to the one that closes it, without those that stand in texts.
fn bracketed(code: &str, from: usize) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in code[from..].char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '{' if !quoted => depth += 1,
            ')' | '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &code[from..from + at];
                }
            }
            _ => {}
        }
    }
    &code[from..]
}

/// Every next step of a source, with `{}` where it names something.
fn next_steps_of(path: &Path) -> Vec<String> {
    let source = std::fs::read_to_string(path).unwrap();
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut stretches: Vec<&str> = Vec::new();
    for head in [".trying(", "fault.next_step = Some(", "for next in "] {
        stretches.extend(code.match_indices(head).map(|(at, _)| bracketed(code, at + head.find('(').unwrap_or(0))));
    }
    for head in ["fn next_step(", "fn from(refusal: Refusal)", "fn from(fault: ProveFault)"] {
        stretches.extend(code.match_indices(head).map(|(at, _)| bracketed(code, at + code[at..].find('{').unwrap())));
    }
    let mut out = Vec::new();
    for stretch in stretches {
        let mut found = literals(stretch);
        // A name stands for what it was set to.
        for name in stretch.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|name| !name.is_empty()) {
            for head in [format!("const {name}: &str ="), format!("let {name} = \"")] {
                let set = code.find(&head).map(|at| &code[at..at + code[at..].find(";\n").unwrap()]);
                found.extend(set.into_iter().flat_map(literals));
            }
        }
        let passed_on = ["next_step", "AFTER_A_RESTORE"].iter().any(|name| stretch.contains(name));
        assert!(!found.is_empty() || passed_on, "{}: where is this next step from? {stretch}", path.display());
        out.extend(
            found
                .iter()
                .filter(|text| text.contains(' ') && text.contains(char::is_alphabetic))
                .map(|text| blank(text)),
        );
    }
    out
}

/// What a format names is blanked.
fn blank(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((name, rest)) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                out.push_str(&format!("{{}}{rest}"));
            }
            _ => out.push_str(&format!("{{{piece}")),
        }
    }
    out
}

#[test]
fn every_next_step_has_its_chinese_and_no_text_is_idle() {
    let files = all_sources();
    let steps: BTreeSet<String> = files.iter().flat_map(|path| next_steps_of(path)).collect();
    assert!(steps.len() > 180, "only {} next steps were found", steps.len());
    let known: BTreeSet<&str> = NEXT_STEPS.iter().map(|(english, _)| *english).collect();
    let lacking: Vec<_> = steps.iter().filter(|step| !known.contains(step.as_str())).collect();
    assert!(lacking.is_empty(), "no Chinese: {lacking:#?}");
    let idle: Vec<_> = known.iter().filter(|english| !steps.contains(**english)).collect();
    assert!(idle.is_empty(), "texts of nothing: {idle:#?}");
    for pair in NEXT_STEPS.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} and {} are out of order", pair[0].0, pair[1].0);
    }
    for (english, chinese) in NEXT_STEPS {
        assert!(!chinese.is_ascii(), "{english}");
        assert_eq!(english.matches("{}").count(), chinese.matches("{}").count(), "{english}");
    }
}

#[test]
fn a_next_step_keeps_what_it_names() {
    for (english, due) in [
        ("check --config", Some("检查 --config 所指的设置文件")),
        ("if that is meant, say so: --confirm 17", Some("确有此意，请加 --confirm 17")),
        (
            "look at it with `huxin entry 330900-17`, and amend it with `huxin amend 330900-17`",
            Some("用 `huxin entry 330900-17` 查看，用 `huxin amend 330900-17` 更正"),
        ),
        (
            "make room on the data folder's disk; then import the same file again",
            Some("请为数据所在磁盘腾出空间；然后再次导入同一文件"),
        ),
        ("a step of another version", None),
    ] {
        assert_eq!(next_step(english).as_deref(), due, "{english}");
    }
}

/// Every option that a text names is one that can be typed: with its command where the text names one, else of the command whose file the text
/// stands in, else of every command.
#[test]
fn no_text_names_an_option_that_there_is_not() {
    let mut options: std::collections::BTreeMap<String, BTreeSet<String>> = std::collections::BTreeMap::new();
    visit(&built(), "", &mut |path, command| {
        let names = command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned);
        options.entry(path.to_owned()).or_default().extend(names);
    });
    let mut texts: Vec<(Vec<String>, String)> = Vec::new();
    for path in all_sources() {
        let of = commands_of(&path, &options);
        texts.extend(next_steps_of(&path).into_iter().map(|text| (of.clone(), text)));
    }
    let top = || vec![String::new()];
    texts.extend(SENTENCES.iter().map(|(_, text)| (top(), (*text).to_owned())));
    visit(&built(), "", &mut |path, command| {
        let mut say = |text: Option<String>| texts.extend(text.map(|text| (vec![path.to_owned()], text)));
        say(command.get_after_help().map(ToString::to_string));
        say(command.get_about().map(ToString::to_string));
        say(text(path, None).map(str::to_owned));
        for argument in command.get_arguments() {
            say(argument.get_help().map(ToString::to_string));
            say(text(path, Some(argument.get_id().as_str())).map(str::to_owned));
        }
    });
    let mut named = 0;
    for (of, text) in &texts {
        for (at, _) in text.match_indices("--") {
            let option: String = text[at + 2..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            // A program of the machine's has its own.
            if option.is_empty() || text[..at].contains("useradd") {
                continue;
            }
            named += 1;
            let commands = command_before(&text[..at], &options).map_or_else(|| of.clone(), |command| vec![command]);
            for command in commands {
                assert!(options[&command].contains(&option), "{command:?} has no --{option}: {text}");
            }
        }
    }
    assert!(named > 60, "only {named} options are named");
}

/// The commands whose source a file is; what all share is of none.
fn commands_of(path: &Path, options: &std::collections::BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let path = path.to_string_lossy();
    let Some((_, below)) = path.split_once("node/src/command") else { return vec![String::new()] };
    // What is told of a file that exists is told by those that write over it.
    if below == ".rs" {
        return ["prove", "export"].map(str::to_owned).to_vec();
    }
    let words: Vec<&str> = below.trim_start_matches('/').trim_end_matches(".rs").split('/').collect();
    let both = words.join(" ");
    let one = match words[0] {
        "confirm" => return ["annul", "decline", "amend", "recognise", "publish"].map(str::to_owned).to_vec(),
        "proof" => return ["prove".to_owned()].to_vec(),
        "carry" => return ["export".to_owned()].to_vec(),
        "joint" => match words.last() {
            Some(&"answer") => "respond",
            Some(&"file") => "apply",
            _ => "rule",
        },
        "person" => "person name",
        "codes" => "codes check",
        "backup" if both == "backup restore" => "restore",
        other => other,
    };
    // A command of several, such as `keys rotate`; of `backup verify` the options are those of the one file.
    match options.contains_key(&both) {
        true if words.len() > 1 && both != "backup restore" => vec![both],
        _ if options.contains_key(one) => vec![one.to_owned()],
        _ => vec![String::new()],
    }
}

/// The command that a text names last before an option.
fn command_before(text: &str, options: &std::collections::BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let starts = |at: &usize| text[..*at].ends_with([' ', '`', '（']) || *at == 0;
    let at = text.match_indices("huxin ").map(|(at, _)| at).filter(starts).last()?;
    let words: Vec<&str> = text[at + 6..].split([' ', '`']).take(2).collect();
    let both = words.join(" ");
    match words.first() {
        _ if options.contains_key(&both) => Some(both),
        Some(one) if options.contains_key(*one) => Some((*one).to_owned()),
        _ => None,
    }
}

/// What a command prints fits the screen by itself, or is wrapped where it is printed.
#[test]
fn no_text_of_a_command_is_wider_than_the_screen_unwrapped() {
    let (mut looked_at, mut wide) = (0, Vec::new());
    for path in all_sources().iter().filter(|path| path.to_string_lossy().contains("node/src/command")) {
        let source = std::fs::read_to_string(path).unwrap();
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        let wraps = ["wrapped(", "to.tell("].iter().any(|how| code.contains(how));
        for head in ["say!(", "tell!(", "choose(", "say(", "format!("] {
            for (at, _) in code.match_indices(head) {
                for text in literals(bracketed(code, at + head.find('(').unwrap())) {
                    looked_at += 1;
                    let is_next_step = NEXT_STEPS.iter().any(|(known, _)| *known == blank(&text));
                    let lines = text.lines().filter(|line| columns(&blank(line).replace("{}", "")) > 80);
                    let lines = lines.filter(|_| !wraps && !is_next_step);
                    wide.extend(lines.map(|line| format!("{}: {line}", path.display())));
                }
            }
        }
    }
    assert!(looked_at > 300, "only {looked_at} texts were found");
    assert!(wide.is_empty(), "{wide:#?}");
}

/// Chinese comes first, particulars and the next step follow; English is as it was.
#[test]
fn a_fault_is_told_in_the_language_that_is_spoken() {
    let fault = crate::Fault::usage("file", "could not read x").trying("check the path and its permissions");
    let chinese = fault.for_people(Language::Chinese);
    let next = "下一步：检查路径及其权限";
    assert_eq!(chinese, format!("error[file]: 无法读写文件，请检查路径和权限\n  could not read x\n{next}"));
    assert_eq!(
        fault.for_people(Language::English),
        "error[file]: could not read x\ntry: check the path and its permissions"
    );
    // However long sentence and next step are, they fit the screen.
    let long = crate::Fault::usage("file", "could not read something that has a long name ".repeat(4))
        .trying(NEXT_STEPS[0].0.repeat(3));
    for language in [Language::Chinese, Language::English] {
        let told = long.for_people(language);
        assert!(told.lines().all(|line| columns(line) <= 80), "{told}");
    }
}

#[test]
fn chinese_breaks_anywhere_and_a_word_nowhere() {
    for (text, most, due) in [
        ("一二三四五", 4, "一二\n三四\n五"),
        ("一二，三", 4, "一\n二，\n三"),
        ("用 /etc/huxin 一", 8, "用\n/etc/huxin\n一"),
        ("one two three", 7, "one two\nthree"),
        ("甲\n乙", 10, "甲\n乙"),
    ] {
        assert_eq!(wrapped(text, most), due, "{text}");
    }
}

/// The command line says every kind that has an effect, by the word that the table of kinds gives.
#[test]
fn every_verb_of_the_table_of_kinds_is_a_command() {
    let command = built();
    for row in huxin_protocol::kind::TABLE {
        assert_eq!(row.verb.is_some(), row.is_supported, "{:?}", row.kind);
        if let Some(verb) = row.verb {
            assert!(command.get_subcommands().any(|sub| sub.get_name() == verb), "{:?}: {verb}", row.kind);
        }
    }
}
