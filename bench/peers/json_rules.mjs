// json-rules-engine on the rules: one engine, built once, run for each patient's facts.
import jsonRules from "json-rules-engine";
import { followUp, reader, serve } from "./worker.mjs";

const read = reader(process.argv[2]);
const follows = followUp(read("rules"));
// All rules have one priority, which is the quickest: they are judged side by side.
const engine = new jsonRules.Engine(read("json_rules"));

await serve(read("facts"), async (facts) => {
  const { events } = await engine.run(facts);
  let mask = 0;
  for (const event of events) mask |= 1 << Number(event.type);
  follows(mask);
  return mask;
});
