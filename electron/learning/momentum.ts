/**
 * The momentum encoder: the moving average of the main encoder (docs/method.md, section 6; He et al., CVPR 2020,
 * equation 2).
 */
import * as tf from '@tensorflow/tfjs';

/** theta_k <- m theta_k + (1 - m) theta_q for every weight of `momentum`; `main` has the same names and shapes. */
export function followMain(momentum: Record<string, tf.Variable>, main: Record<string, tf.Tensor>, m: number): void {
  for (const [name, average] of Object.entries(momentum)) {
    const next = tf.tidy(() => tf.add(tf.mul(average, m), tf.mul(main[name], 1 - m)));
    average.assign(next); // which also disposes of the old value
    next.dispose();
  }
}
