/** How quickly steps follow each other, from the last of them: a run that slows down says so soon. */
const KEPT = 30; // steps that the pace is taken from

export class Pace {
  #marks: { step: number; at: number }[] = [];

  /** `at`: ms of any clock that only goes forwards. */
  note(step: number, at = performance.now()): void {
    if (step === this.#marks.at(-1)?.step) return; // a validation between two steps
    this.#marks.push({ step, at });
    if (this.#marks.length > KEPT) this.#marks.shift();
  }

  /** Null until two steps were seen. */
  get perSecond(): number | null {
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    if (!first || !last || last.at <= first.at || last.step <= first.step) return null;
    return ((last.step - first.step) * 1000) / (last.at - first.at);
  }
}
