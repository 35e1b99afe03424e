//! Writes the page of the made-up run of all four measures, to look at: `cargo run --example made_up FILE`.

#[path = "../tests/support/mod.rs"]
mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("name the file to write")?;
    let made = support::all(300);
    let page = labrun_render::page(&made.run, &made.summary)?;
    eprintln!("{} rows, {} bytes", made.run.rows.len(), page.len());
    std::fs::write(file, page)?;
    let width = std::env::args().nth(2).and_then(|w| w.parse().ok());
    println!("{}", labrun_render::table(&made.summary, width, false));
    Ok(())
}
