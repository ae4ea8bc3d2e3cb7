// Times examples of shared/examples in the engine of Node.js, which is Chromium's: a JSON line each.
// Arguments: for each its module, what it measures and how many calls its main makes.
import { readFileSync } from "node:fs";

for (let at = 1; at < process.argv.length; at += 3) {
  const [path, name, calls] = process.argv.slice(at, at + 3);
  const module = await WebAssembly.compile(readFileSync(path));
  let best = Infinity;
  for (let round = 0; round < 15; round++) {
    // A fresh instance, as a program's main runs once; the code, once optimised, is the module's.
    const { main } = new WebAssembly.Instance(module, {}).exports;
    const start = performance.now();
    if (main(0, 0) !== 0) throw new Error(`${name}: the example failed`);
    best = Math.min(best, ((performance.now() - start) * 1e6) / Number(calls));
  }
  console.log(JSON.stringify({ name, ns: best }));
}
