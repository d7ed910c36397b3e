/** A payload in plain words and characters, for a terminal. */
import type { Party, PayloadDescription } from '../../../shared/consent.ts';

/** What a person must know to decide, a fact a line. */
export function payloadInWords(payload: PayloadDescription): string[] {
  const { kind, round, rounds, vectors, vectorLength, parameters, volumes } = payload;
  const contents =
    kind === 'features'
      ? `${amount(vectors, 'feature vector')} of ${amount(vectorLength, 'number')}, with their partitions`
      : `network weights, ${amount(parameters, 'number')}`;
  return [
    ...party('asked by', payload.asker, ` coordinator of "${plain(payload.federation)}"`),
    line('for', `${stageInWords(payload)}, round ${round} of ${rounds}`),
    ...payload.recipients.flatMap((recipient, index) =>
      party(index === 0 ? 'received by' : '', recipient, recipient.isNew ? ' NEW: never approved here before' : ''),
    ),
    line('what leaves', contents),
    line('size', amount(payload.bytes, 'byte')),
    line('computed from', `${amount(volumes, 'volume')}; no image and no label leaves`),
    line('done to them', plain(payload.treatment) || 'nothing'),
  ];
}

function line(name: string, value: string): string {
  return `${name.padEnd(14)}${value}`;
}

/** Name and fingerprint have lines of their own, so that a fingerprint can be compared without a break in it. */
function party(role: string, { name, fingerprint }: Party, remark: string): string[] {
  return [line(role, `${plain(name)}${remark && `,${remark}`}`), line('', plain(fingerprint))];
}

const WIDTH = 56;
const HEIGHT = 15;

/** The vectors as points, each cell the partition's digit that most of its points have. Empty for weights. */
export function scatterPlot(projection: PayloadDescription['projection']): string[] {
  if (projection.length === 0) return [];
  const cells = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => new Map<number, number>()));
  const place = (value: number, side: number) => Math.round(((Math.min(1, Math.max(-1, value)) + 1) / 2) * (side - 1));
  for (const { x, y, partition } of projection) {
    const cell = cells[HEIGHT - 1 - place(y, HEIGHT)][place(x, WIDTH)];
    cell.set(partition, (cell.get(partition) ?? 0) + 1);
  }
  const digit = (cell: Map<number, number>) => {
    const [most] = [...cell].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return most ? most[0].toString(36) : ' ';
  };
  return [
    `┌${'─'.repeat(WIDTH)}┐`,
    ...cells.map((row) => `│${row.map(digit).join('')}│`),
    `└${'─'.repeat(WIDTH)}┘`,
    'each vector as a point, by its two principal components; the digit is its partition',
  ];
}

export function stageInWords({ stage }: PayloadDescription): string {
  return stage === 'pretraining' ? 'pre-training' : 'fine-tuning';
}

/** "1 volume", "12,345 bytes". */
export function amount(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** Text of another site without what could move the cursor or change colours. */
function plain(text: string): string {
  return text.replace(/\p{C}/gu, '');
}
