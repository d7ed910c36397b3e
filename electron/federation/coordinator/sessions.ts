import { noTraffic, type Traffic, trafficSince, trafficSum } from '../../../shared/protocol/traffic.ts';
import type { Link } from '../wire/link.ts';
import type { Outgoing } from './messages.ts';
import type { AdmittedSite } from './store.ts';

export interface Session {
  site: AdmittedSite;
  link: Link<'coordinator'>;
  leaving: boolean; // it said goodbye, and its connection is about to close
  announced: string; // the round last announced on this connection: once, or it would be answered twice
}

/** The connections of admitted sites, one each, and what went over them and the ones before. */
export class Sessions {
  readonly #open = new Map<string, Session>(); // by fingerprint
  readonly #past = new Map<string, Traffic>(); // of closed connections
  #marks = new Map<string, Traffic>(); // at the last `markTraffic`

  /** Takes the place of the site's earlier connection, which is given back. */
  add(session: Session): Session | undefined {
    const before = this.#open.get(session.site.fingerprint);
    this.#open.set(session.site.fingerprint, session);
    return before;
  }

  /** After its connection closed. False where another one had taken its place. */
  remove({ site: { fingerprint }, link }: Session): boolean {
    this.#past.set(fingerprint, trafficSum(this.#past.get(fingerprint) ?? noTraffic(), link.traffic));
    if (this.#open.get(fingerprint)?.link !== link) return false;
    return this.#open.delete(fingerprint);
  }

  all(): Session[] {
    return [...this.#open.values()];
  }

  isHere(fingerprint: string): boolean {
    const session = this.#open.get(fingerprint);
    return session !== undefined && !session.leaving;
  }

  /** From here on `trafficOf` counts. */
  markTraffic(): void {
    this.#marks = new Map([...this.#past.keys(), ...this.#open.keys()].map((site) => [site, this.#total(site)]));
  }

  /** Bytes of this site since the mark. */
  trafficOf(fingerprint: string): Traffic {
    return trafficSince(this.#total(fingerprint), this.#marks.get(fingerprint) ?? noTraffic());
  }

  #total(fingerprint: string): Traffic {
    const open = this.#open.get(fingerprint)?.link.traffic ?? noTraffic();
    return trafficSum(this.#past.get(fingerprint) ?? noTraffic(), open);
  }
}

export function sendTo({ link }: Session, { message, payload }: Outgoing): void {
  void link.send(message, payload);
}
