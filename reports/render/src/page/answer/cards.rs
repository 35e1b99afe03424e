//! Which verdicts a run allows: at most five, each the best of a class of boundary in a question that
//! decides something. What a run has not measured has no card.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Start, Tier};

use crate::board::Board;
use crate::measure::Measure;
use crate::words::{self, is_of_kind};

/// As many as the first screen has room for.
const MOST: usize = 5;

/// A metric, and what stands before its clock.
type Question = (Metric, Option<Start>);

/// What is asked of a class of boundary.
struct Asked {
    /// As a card says it.
    what: &'static str,
    question: Question,
    tier: Tier,
}

/// A verdict.
pub(super) struct Card<'a> {
    /// What the number is of: `A container start`.
    pub what: String,
    /// Its question, among the columns of the board.
    pub column: usize,
    pub row: &'a RowSummary,
    /// Of how many measured rows it is the best.
    pub of: usize,
    /// The best of other technologies, where one stands on another: who runs Docker does not get what
    /// the OCI runtime below it takes.
    pub next: Vec<&'a RowSummary>,
}

/// Other technologies that a card names.
const NEXT: usize = 2;

const fn ask(what: &'static str, question: Question, tier: Tier) -> Asked {
    Asked {
        what,
        question,
        tier,
    }
}

const FRESH: Question = (Metric::TimeToFirstResult, Some(Start::Process));
const LOADED: Question = (Metric::TimeToFirstResult, Some(Start::Loaded));
const IDLE: Question = (Metric::MemoryIdle, None);
const ONE_MORE: Question = (Metric::MemoryMarginal, None);
const SHIPPED: Question = (Metric::Size, None);
const CALLS: Question = (Metric::CallsPerSecond, None);
const COMPUTING: Question = (Metric::OperationsPerSecond, None);
const SERVING: Question = (Metric::RequestsPerSecond, None);

/// What is asked, what matters most first: a question of each measure, then a second one, so that a
/// run of several measures has a card of each and a run of one has all of its own.
const ASKED: [Asked; 16] = {
    use Tier::{MicroVm, Namespaces, UserKernel, WasmSandbox};
    [
        ask("A container start", FRESH, Namespaces),
        ask("A loaded wasm instance", LOADED, WasmSandbox),
        ask("One more wasm instance", ONE_MORE, WasmSandbox),
        ask("A container image", SHIPPED, Namespaces),
        ask("Wasm computing", COMPUTING, WasmSandbox),
        ask("Wasm serving", SERVING, WasmSandbox),
        ask("A wasm start, fresh process", FRESH, WasmSandbox),
        ask("One idle container", IDLE, Namespaces),
        ask("A wasm program", SHIPPED, WasmSandbox),
        ask("A call into wasm", CALLS, WasmSandbox),
        ask("A start on a user-space kernel", FRESH, UserKernel),
        ask("A microVM start", FRESH, MicroVm),
        ask("One more container", ONE_MORE, Namespaces),
        ask("One idle wasm instance", IDLE, WasmSandbox),
        ask("A container serving", SERVING, Namespaces),
        ask("Computing in a container", COMPUTING, Namespaces),
    ]
};

/// A question with what each run says to it, in the order of the runs.
pub(super) type Told<'a> = Vec<Option<Card<'a>>>;

/// The cards of runs, measure by measure: a question has one if any of the runs answers it.
pub(super) fn cards<'a>(boards: &[&Board<'a>]) -> Vec<Told<'a>> {
    let first = |asked: &Asked| {
        let mut found = boards.iter().enumerate();
        let found = found.find_map(|(place, board)| Some((place, asked.card(board)?)))?;
        Some(told(boards, found))
    };
    let mut cards: Vec<Told<'a>> = ASKED.iter().filter_map(first).take(MOST).collect();
    if cards.is_empty() {
        let plain = boards.iter().enumerate();
        let mut plain = plain.map(|(place, board)| (place, plain_of(board)));
        let found = plain.find(|(_, cards)| !cards.is_empty());
        let (place, found) = found.unwrap_or_default();
        let found = found.into_iter();
        cards = found.map(|card| told(boards, (place, card))).collect();
    }
    let measure = |told: &Told<'_>| {
        let mut own = boards.iter().zip(told);
        own.find_map(|(board, card)| Some(board.columns[card.as_ref()?.column].measure))
    };
    cards.sort_by_key(|told| {
        Measure::ALL
            .iter()
            .position(|one| Some(*one) == measure(told))
    });
    cards
}

/// A card of a run with what the others say to its question.
fn told<'a>(boards: &[&Board<'a>], (own, card): (usize, Card<'a>)) -> Told<'a> {
    let others = boards.iter().enumerate();
    let mut told: Told<'a> = others
        .map(|(place, other)| (place != own).then(|| elsewhere(&card, boards[own], other))?)
        .collect();
    told[own] = Some(card);
    told
}

/// What another run says to the question of a card.
fn elsewhere<'a>(card: &Card<'_>, own: &Board<'_>, other: &Board<'a>) -> Option<Card<'a>> {
    let key = &own.columns[card.column].key;
    let column = other.columns.iter().position(|one| one.key == *key)?;
    let is_alike = |row: &RowSummary| {
        row.row.tier == card.row.row.tier && is_of_kind(&row.row) == is_of_kind(&card.row.row)
    };
    let (row, of) = best(other, column, is_alike)?;
    Some(Card {
        what: card.what.clone(),
        column,
        row,
        of,
        next: if card.next.is_empty() {
            Vec::new()
        } else {
            next(other, column, row, is_alike)
        },
    })
}

impl Asked {
    fn card<'a>(&self, board: &Board<'a>) -> Option<Card<'a>> {
        let is_asked = |place: &usize| {
            let column = &board.columns[*place];
            (column.metric, column.start) == self.question
        };
        let is_of_tier = |row: &RowSummary| row.row.tier == self.tier && is_of_kind(&row.row);
        let mut columns = board.key_columns().into_iter().filter(is_asked);
        columns.find_map(|column| {
            let (row, of) = best(board, column, is_of_tier)?;
            Some(Card {
                what: self.what.to_owned(),
                column,
                row,
                of,
                next: if self.tier == Tier::Namespaces {
                    next(board, column, row, is_of_tier)
                } else {
                    Vec::new()
                },
            })
        })
    }
}

/// The best of each technology but that of the `best`, the best of these first.
fn next<'a>(
    board: &Board<'a>,
    column: usize,
    best: &RowSummary,
    wanted: impl Fn(&RowSummary) -> bool,
) -> Vec<&'a RowSummary> {
    let mut found: Vec<&RowSummary> = Vec::new();
    for row in measured(board, column, wanted) {
        if row.technology() != best.technology()
            && found.iter().all(|one| one.technology() != row.technology())
        {
            found.push(row);
        }
    }
    found.truncate(NEXT);
    found
}

/// Where nothing that is usually asked was measured: of each key question the best that is not the
/// reference, or the reference itself.
fn plain_of<'a>(board: &Board<'a>) -> Vec<Card<'a>> {
    let card = |column: usize| {
        let asked = &board.columns[column];
        let reference = asked.reference.and_then(|line| board.cell(column, line));
        let is_other = |row: &RowSummary| !reference.is_some_and(|known| std::ptr::eq(known, row));
        let (row, of) = best(board, column, is_other).or_else(|| best(board, column, |_| true))?;
        Some(Card {
            what: words::capital(&asked.label),
            column,
            row,
            of,
            next: Vec::new(),
        })
    };
    let columns = board.key_columns().into_iter();
    columns.filter_map(card).take(MOST).collect()
}

/// The best measured row of a question of those that `wanted` takes, and how many those are.
fn best<'a>(
    board: &Board<'a>,
    column: usize,
    wanted: impl Fn(&RowSummary) -> bool,
) -> Option<(&'a RowSummary, usize)> {
    let rows = measured(board, column, wanted);
    Some((*rows.first()?, rows.len()))
}

/// The measured rows of a question that `wanted` takes, the best first. What is nothing to choose is
/// none of them.
fn measured<'a>(
    board: &Board<'a>,
    column: usize,
    wanted: impl Fn(&RowSummary) -> bool,
) -> Vec<&'a RowSummary> {
    let choices = (0..board.lines.len()).filter(|line| !board.lines[*line].is_control);
    let rows = choices.filter_map(|line| board.cell(column, line));
    let mut rows: Vec<&RowSummary> = rows
        .filter(|row| row.median().is_some() && row.compares() && wanted(row))
        .collect();
    rows.sort_by(|a, b| words::better_first(a, b));
    rows
}
