/** How far a demo is: parts of known relative cost, done one after the other, each by several sites at once. */
export class Work {
  #report: (done: number, total: number, words: string) => void;
  #total: number;
  #finished = 0; // cost of the parts that are over
  #part: { cost: number; words: string; fractions: Map<string, number> } | undefined;

  constructor(total: number, report: (done: number, total: number, words: string) => void) {
    this.#total = total;
    this.#report = report;
  }

  /** Begins a part that `workers` share; the one before is over. */
  begin(words: string, cost: number, workers: string[]): void {
    this.#endPart();
    this.#part = { cost, words, fractions: new Map(workers.map((worker) => [worker, 0])) };
    this.#say();
  }

  /** One worker has done this fraction of its share. */
  at(worker: string, fraction: number): void {
    this.#part?.fractions.set(worker, fraction);
    this.#say();
  }

  /** All is done, also what no worker counts, such as scoring and the report. */
  finish(): void {
    this.#endPart();
    this.#report(100, 100, '');
  }

  #endPart(): void {
    this.#finished += this.#part?.cost ?? 0;
    this.#part = undefined;
  }

  #say(): void {
    if (!this.#part) return;
    const { cost, words, fractions } = this.#part;
    const done = [...fractions.values()].reduce((sum, fraction) => sum + fraction, 0) / fractions.size;
    const hundredths = Math.round((100 * (this.#finished + cost * done)) / this.#total);
    this.#report(Math.min(99, hundredths), 100, words); // the last hundredth is the end of all
  }
}
