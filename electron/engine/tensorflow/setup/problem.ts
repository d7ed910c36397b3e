/** Why a way of setting the engine up does not work here, and what would help. Both are sentences. */
export class Problem extends Error {
  readonly next: string;

  constructor(message: string, next = '') {
    super(message);
    this.next = next;
  }
}
