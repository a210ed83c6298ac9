// cql-execution on the rules. node cql.mjs FOLDER facts|records [clauses]
// "facts": each fact is a parameter. "records": they are worked out in CQL from a patient's six assessments, ten doses
// and readings. "clauses": the result of every clause is kept too, which is how CQL explains itself.
import cql from "cql-execution";
import { followUp, reader, serve } from "./worker.mjs";

const [folder, input, clauses] = process.argv.slice(2);
const read = reader(folder);
const rules = read("rules");
const follows = followUp(rules);
const names = rules.rules.map((_, number) => `r${number}`);
const executor = new cql.Executor(new cql.Library(read(`elm_${input}${clauses ? "_clauses" : ""}`)));
const moment = cql.DateTime.fromJSDate(new Date(0));

class OnePatient {
  constructor(records) {
    Object.assign(this, records);
  }
  getId() {
    return "1";
  }
  findRecords() {
    return [this];
  }
}

class Source {
  constructor(patient) {
    this.patient = patient;
  }
  currentPatient() {
    return this.patient;
  }
  nextPatient() {
    this.patient = undefined;
  }
}

const nobody = new OnePatient({});

await serve(read(input), async (sample) => {
  if (input === "facts") executor.withParameters(sample);
  const patient = input === "facts" ? nobody : new OnePatient(sample);
  const found = await executor.exec(new Source(patient), moment);
  const answers = found.patientResults["1"];
  if (clauses && found.localIdPatientResultsMap["1"] === undefined) throw new Error("no clause results were kept");
  let mask = 0;
  for (let number = 0; number < names.length; number++) if (answers[names[number]] === true) mask |= 1 << number;
  follows(mask);
  return mask;
});
