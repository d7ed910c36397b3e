/** Says on which runtimes the journeys ran, before the first and after the last. */
import type { FullConfig, FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class RuntimeReport implements Reporter {
  #words = '';
  readonly #counts = { passed: 0, skipped: 0, failed: 0 };

  onBegin(config: FullConfig): void {
    this.#words = `browser: ${config.metadata.browser}; app: ${config.metadata.app}`;
    console.log(`Journeys (${this.#words})`);
  }

  onTestEnd(_test: TestCase, { status }: TestResult): void {
    this.#counts[status === 'passed' || status === 'skipped' ? status : 'failed']++;
  }

  onEnd({ status }: FullResult): void {
    const { passed, skipped, failed } = this.#counts;
    console.log(`Journeys ${status}: ${passed} passed, ${skipped} skipped, ${failed} failed (${this.#words})`);
  }

  printsToStdio(): boolean {
    return false; // a line more beside the list
  }
}
