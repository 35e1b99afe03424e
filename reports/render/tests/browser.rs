//! The page in a real browser, light and dark: its rows are there, its words contrast.

mod support;

use std::process::Command;

/// Counts the rows, and finds words whose contrast is under AA's 4.5 (3 for large ones).
/// It is put into a copy: the page itself has no script.
const PROBE: &str = r"<script>
const parse=c=>{const n=c.match(/[\d.]+/g).map(Number);return n.length<4?[...n,1]:n};
const lum=([r,g,b])=>{const f=[r,g,b].map(v=>{v/=255;return v<=.03928?v/12.92:((v+.055)/1.055)**2.4});return .2126*f[0]+.7152*f[1]+.0722*f[2]};
const ground=e=>{for(;e;e=e.parentElement){const c=parse(getComputedStyle(e).backgroundColor);if(c[3]>0)return c}return [255,255,255,1]};
const low=[];
for(const e of document.querySelectorAll('body *')){
 const own=[...e.childNodes].some(n=>n.nodeType===3&&n.textContent.trim());
 if(!own||['SCRIPT','TITLE','DESC','title','desc'].includes(e.tagName))continue;
 const svg=e.tagName==='text',s=getComputedStyle(e);
 let bg=ground(e);
 if(svg){const v=e.getAttribute('fill').match(/--on-p(\d)/);
  if(v)bg=parse(getComputedStyle(document.querySelector('.chip.p'+v[1])).backgroundColor)}
 const a=lum(parse(svg?s.fill:s.color)),b=lum(bg),ratio=(Math.max(a,b)+.05)/(Math.min(a,b)+.05);
 if(ratio<(parseFloat(s.fontSize)>=24?3:4.5))low.push(e.tagName+' '+ratio.toFixed(2)+' '+e.textContent.slice(0,30));
}
const out=document.createElement('pre');out.id='probe';
out.textContent='rows='+document.querySelectorAll('table.rows tbody th[scope=row],#every tbody tr').length+' dark='+(lum(parse(getComputedStyle(document.body).backgroundColor))<.2)+' low='+low.length+' '+low.slice(0,5).join('; ')+' wide='+(document.documentElement.scrollWidth>innerWidth)+' at='+innerWidth;
parent.document.body.append(out);
</script>";

fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            Command::new(name)
                .arg("--version")
                .output()
                .is_ok_and(|o| o.status.success())
        })
}

/// What the probe says of the page in a window of `width`, dark or light.
fn probe(browser: &str, page: &std::path::Path, dark: bool, width: u32) -> String {
    let profile = tempfile::tempdir().expect("a folder");
    let seen = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!(
            "--blink-settings=preferredColorScheme={}",
            u8::from(!dark)
        ))
        .arg(format!("--window-size={width},900"))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    let dom = String::from_utf8_lossy(&seen.stdout);
    let after = dom.split("<pre id=\"probe\">").nth(1);
    let said = after.and_then(|rest| rest.split("</pre>").next());
    said.unwrap_or_else(|| {
        panic!(
            "no probe in the page: {}",
            String::from_utf8_lossy(&seen.stderr)
        )
    })
    .to_owned()
}

/// A page that holds another in a frame of `width`: a window is never so narrow.
fn framed(html: &str, width: u32) -> String {
    let inside = html.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><body><iframe style=\"width:{width}px;height:800px;border:0\" srcdoc=\"{inside}\"></iframe></body>"
    )
}

#[test]
fn it_opens_in_light_and_dark() {
    let made = support::all(10);
    // What was not measured is named, reason by reason, and has no line of its own.
    let results = made.summary.results.iter();
    let lines = results.filter(|row| row.numbers.is_some()).count();
    opens_in_light_and_dark("it_opens_in_light_and_dark", &made, lines);
}

#[test]
fn a_calibration_opens_in_light_and_dark() {
    let made = support::replayed::calibration();
    let lines = made.run.rows.len();
    opens_in_light_and_dark("a_calibration_opens_in_light_and_dark", &made, lines);
}

fn opens_in_light_and_dark(test: &str, made: &support::Made, lines: usize) {
    let Some(browser) = chromium() else {
        eprintln!("SKIPPED {test}: chromium is not installed (`apt-get install chromium`)");
        return;
    };
    let html = labrun_render::page(&made.run, &made.samples, &made.summary).expect("a page");
    let probed = html.replace("</body>", &format!("{PROBE}</body>"));
    let folder = tempfile::tempdir().expect("a folder");
    let (wide, narrow) = (
        folder.path().join("wide.html"),
        folder.path().join("narrow.html"),
    );
    std::fs::write(&wide, &probed).expect("written");
    std::fs::write(&narrow, framed(&probed, 390)).expect("written");
    for (file, dark) in [(&wide, false), (&wide, true), (&narrow, false)] {
        let said = probe(browser, file, dark, 1280);
        let width = if *file == narrow { 390 } else { 1280 };
        let wanted = format!("rows={lines} dark={dark} low=0  wide=false at={width}");
        assert_eq!(said, wanted);
    }
}
