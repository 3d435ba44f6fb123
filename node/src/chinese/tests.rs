//! Nothing stays English by accident: each table is held against everything that there is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::fault_sentences::SENTENCES;
use super::help::text;
use super::help_texts::{COMMANDS, EVERYWHERE};
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
const NO_FAULTS: [&str; 2] = ["ok", "ready"];

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

#[test]
fn every_code_of_a_fault_has_a_chinese_sentence() {
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

/// Chinese comes first, particulars and the next step follow; English is as it was.
#[test]
fn a_fault_is_told_in_the_language_that_is_spoken() {
    let fault = crate::Fault::usage("file", "could not read x").trying("check the path");
    let chinese = fault.for_people(Language::Chinese);
    assert_eq!(chinese, "error[file]: 无法读写文件，请检查路径和权限\n  could not read x\n下一步 try: check the path");
    assert_eq!(fault.for_people(Language::English), "error[file]: could not read x\ntry: check the path");
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
