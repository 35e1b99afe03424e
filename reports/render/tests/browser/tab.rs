//! A tab: what a reader does there, and what can be asked of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::driver::Driver;

/// Keys without a letter, as `WebDriver` names them.
pub(crate) const TAB: char = '\u{e004}';
pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const SPACE: char = ' ';
pub(crate) const RIGHT: char = '\u{e014}';
pub(crate) const UP: char = '\u{e013}';
pub(crate) const DOWN: char = '\u{e015}';

/// How `WebDriver` marks that a value is an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long something may take to come true.
const PATIENCE_MS: u32 = 20_000;

/// A tab without any setting of another; closed when dropped.
pub(crate) struct Tab<'a> {
    driver: &'a Driver,
    /// The one that was in front before.
    before: Value,
}

impl<'a> Tab<'a> {
    pub(crate) fn new(driver: &'a Driver) -> Self {
        let before = driver.get("window");
        let made = driver.post("window/new", &json!({ "type": "tab" }));
        driver.post("window", &json!({ "handle": made["handle"] }));
        let tab = Self { driver, before };
        tab.cdp("Page.bringToFront", &json!({}));
        tab.wide(1280, 800);
        tab.dark(false);
        tab
    }

    /// Opens an address, and waits until it is loaded.
    pub(crate) fn open(&self, address: &str) {
        self.driver.post("url", &json!({ "url": address }));
    }

    /// The address as the reader sees it.
    pub(crate) fn address(&self) -> String {
        let address = self.driver.get("url");
        address.as_str().expect("an address").to_owned()
    }

    /// Runs the body of a function in the page, and waits for what it promises.
    pub(crate) fn run<T: DeserializeOwned>(&self, script: &str, arguments: &[Value]) -> T {
        let body = json!({ "script": script, "args": arguments });
        let said = self.driver.post("execute/sync", &body);
        let shape = std::any::type_name::<T>();
        serde_json::from_value(said.clone())
            .unwrap_or_else(|why| panic!("no {shape} ({why}): {said}"))
    }

    /// Waits until an expression is true in the page; a test that waits in vain fails.
    pub(crate) fn until(&self, expression: &str) {
        let script = format!(
            "const end = performance.now() + {PATIENCE_MS};
            return new Promise((done) => {{
              const look = () => {{
                if ({expression}) done(true);
                else if (performance.now() > end) done(false);
                else setTimeout(look, 20);
              }};
              look();
            }});"
        );
        let came: bool = self.run(&script, &[]);
        assert!(came, "never so: {expression}");
    }

    /// A command of the browser's own protocol.
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.driver.post("goog/cdp/execute", &body)
    }

    /// The size of what is seen.
    pub(crate) fn wide(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the reader's system is set to.
    pub(crate) fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.cdp(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    /// Whether the scripts of pages run: those of a test do.
    pub(crate) fn scripts(&self, on: bool) {
        self.cdp(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": !on }),
        );
    }

    /// Clicks the first element that a selector finds.
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.driver
            .post(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into the first element that a selector finds.
    pub(crate) fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.driver.post(
            &format!("element/{element}/value"),
            &json!({ "text": text }),
        );
    }

    fn element(&self, selector: &str) -> String {
        // What is found by its words needs a path.
        let using = if selector.starts_with("//") {
            "xpath"
        } else {
            "css selector"
        };
        let wanted = json!({ "using": using, "value": selector });
        let found = self.driver.try_post("element", &wanted);
        let found = found.unwrap_or_else(|why| panic!("{selector}: {why}"));
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Presses keys one after another, wherever the focus is.
    pub(crate) fn press(&self, keys: &[char]) {
        let press = |key: &char| {
            [
                json!({ "type": "keyDown", "value": key }),
                json!({ "type": "keyUp", "value": key }),
            ]
        };
        let actions: Vec<Value> = keys.iter().flat_map(press).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.driver
            .post("actions", &json!({ "actions": [keyboard] }));
    }

    /// What the console holds since it was asked last: errors, and what a page could not load.
    pub(crate) fn errors(&self) -> Vec<String> {
        let log = self.driver.post("se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().expect("a log").iter();
        let severe = entries.filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    /// The page as it is printed, on the paper that its style asks for.
    pub(crate) fn pdf(&self) -> Vec<u8> {
        let wanted = json!({ "preferCSSPageSize": true, "printBackground": true });
        let printed = self.cdp("Page.printToPDF", &wanted);
        STANDARD
            .decode(printed["data"].as_str().expect("a file"))
            .expect("base64")
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        // A test that failed has its own words; these must not hide them.
        let closed = self.driver.delete("window");
        let back = self
            .driver
            .try_post("window", &json!({ "handle": self.before }));
        for why in [closed, back].into_iter().filter_map(Result::err) {
            eprintln!("a tab was not closed: {why}");
        }
    }
}
