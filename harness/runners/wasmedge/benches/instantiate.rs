//! Instantiation and calls by criterion; see `labrun_runner_kit::testing::instantiate`.

fn main() {
    labrun_runner_kit::testing::instantiate::<labrun_runner_wasmedge::WasmEdge>();
}
