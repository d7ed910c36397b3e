/** How far a job is. */
export interface Progress {
  step: number; // finished steps
  steps: number;
  loss?: number; // of the step just finished
  dice?: number; // mean over labels of the validation volumes, where just measured
  message?: string;
  notice?: string; // a sentence that is said once and is to be read
  memory?: number; // bytes that the trainer holds now; it adds this on the way
}
