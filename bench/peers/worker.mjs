// The same two questions as ../worker.py, for engines in JavaScript.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export function reader(folder) {
  return (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
}

// From a mask, the dose class and minutes to the next check of the first rule that is true.
export function followUp(rules) {
  const outcomes = rules.rules.map((rule) => [rule.dose, rule.check]);
  return (mask) => (mask === 0 ? ["none", 240] : outcomes[31 - Math.clz32(mask & -mask)]);
}

export async function serve(samples, decide) {
  const onePass = async () => {
    const masks = [];
    for (const sample of samples) masks.push(await decide(sample));
    return masks;
  };
  const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
  // Twice: the first pass is partly interpreted.
  await onePass();
  await onePass();
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [question, seconds] = line.split(" ");
    if (question === "masks") say(await onePass());
    if (question === "measure") {
      let decisions = 0;
      let wall = 0;
      const cpu = process.cpuUsage();
      const start = process.hrtime.bigint();
      while (wall < Number(seconds)) {
        decisions += (await onePass()).length;
        wall = Number(process.hrtime.bigint() - start) / 1e9;
      }
      const used = process.cpuUsage(cpu);
      say({ decisions, wall, cpu: (used.user + used.system) / 1e6 });
    }
  }
}
