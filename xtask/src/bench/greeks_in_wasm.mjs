// Times shared/examples/greeks_in_wasm.rs in the engine of Node.js, which is Chromium's: one JSON line.
import { readFileSync } from "node:fs";

// As the example's own constant.
const PRICED = 102400;

const module = await WebAssembly.compile(readFileSync(process.argv[1]));
let best = Infinity;
for (let round = 0; round < 15; round++) {
  // A fresh instance, as a program's main runs once; the code, once optimised, is the module's.
  const { main } = new WebAssembly.Instance(module, {}).exports;
  const start = performance.now();
  if (main(0, 0) !== 0) throw new Error("the example failed");
  best = Math.min(best, ((performance.now() - start) * 1e6) / PRICED);
}
console.log(JSON.stringify({ name: "price and Greeks, lambda T = 0.5", ns: best }));
