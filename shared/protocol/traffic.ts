import type { Message } from './messages.ts';

/** Bytes of frames by what they carry: `control` is everything that is neither features nor weights. */
export interface KindBytes {
  control: number;
  features: number;
  weights: number;
}
export type Kind = keyof KindBytes;

export interface Traffic {
  sent: KindBytes;
  received: KindBytes;
}

export function noTraffic(): Traffic {
  return {
    sent: { control: 0, features: 0, weights: 0 },
    received: { control: 0, features: 0, weights: 0 },
  };
}

/** Bytes since `before`, an earlier reading of the same counts. */
export function trafficSince(now: Traffic, before: Traffic): Traffic {
  const less = (a: KindBytes, b: KindBytes): KindBytes => ({
    control: a.control - b.control,
    features: a.features - b.features,
    weights: a.weights - b.weights,
  });
  return { sent: less(now.sent, before.sent), received: less(now.received, before.received) };
}

export function trafficSum(a: Traffic, b: Traffic): Traffic {
  const sum = (x: KindBytes, y: KindBytes): KindBytes => ({
    control: x.control + y.control,
    features: x.features + y.features,
    weights: x.weights + y.weights,
  });
  return { sent: sum(a.sent, b.sent), received: sum(a.received, b.received) };
}

/** A `part` has the kind of the message that it follows. */
export function kindOf(type: Message['type']): Kind {
  switch (type) {
    case 'features':
    case 'relayed':
      return 'features';
    case 'update':
    case 'announce':
    case 'finished':
      return 'weights';
    default:
      return 'control';
  }
}
