/** Hosting a federation from a window: it runs in the background, and can be stopped and continued. */
import { join } from 'node:path';
import type { HostedView, HostRequest } from '../../../shared/api/federation.ts';
import { fault, isFault, reportOf } from '../../../shared/errors.ts';
import { isLoopback, listeningAddress } from '../../../shared/protocol/address.ts';
import { CoordinatorFiles, type Hosted } from '../../site/coordinating/coordinator-files.ts';
import type { Site } from '../../site/site.ts';
import { SiteLock } from '../../storage/site-lock.ts';
import { HostedRecord } from '../views/hosted-view.ts';

export interface HostingOptions {
  site: Site;
  show: (view: HostedView | null) => void;
  /** A model was made. */
  onModel: () => void;
}

type Request = NonNullable<Hosted['request']>;

export class Hosting {
  readonly #options: HostingOptions;
  readonly #store: CoordinatorFiles;
  #record: HostedRecord | undefined;
  #running: { stop: AbortController; ended: Promise<void> } | undefined;

  constructor(options: HostingOptions) {
    this.#options = options;
    this.#store = new CoordinatorFiles(options.site.folder.coordinatorFolder);
  }

  /** Shows what was being hosted when the program ended, so that a person can go on with it. */
  async recall(): Promise<void> {
    const hosted = this.#store.hosted();
    if (!hosted?.request || hosted.finished || this.#running) return;
    this.#record = await this.#remember(hosted.request, hosted.address);
    this.#record.say('This federation was interrupted. It goes on from its last finished phase when it is continued.');
    this.#publish();
  }

  /**
   * Resolves when it listens. Throws `federation.hosting-already`, `federation.unencrypted`, `site.cert-without-key`,
   * and what `coordinate` throws before it listens.
   */
  async start({ plan, host, port, sites, from, certificate, key, unencrypted }: HostRequest): Promise<void> {
    if ((certificate === null) !== (key === null)) throw fault('site.cert-without-key');
    const tls = certificate === null || key === null ? null : { cert: certificate, key };
    if (!tls && !isLoopback(host) && !unencrypted) throw fault('federation.unencrypted', { host });
    await this.#host({ plan, host, port, sites, from, tls });
  }

  /**
   * As before the stop: same plan, address and files; whoever allowed it without encryption then allowed it for this.
   */
  async continue(): Promise<void> {
    const hosted = this.#store.hosted();
    if (!hosted?.request || hosted.finished) {
      throw fault('site.nothing-hosted', { site: this.#options.site.folder.path });
    }
    await this.#host(hosted.request);
  }

  /** Tells the sites, which come back by themselves; resolves when nothing listens any more. */
  async stop(): Promise<void> {
    const { site } = this.#options;
    if (!this.#running) throw fault('site.nothing-hosted', { site: site.folder.path });
    await this.close();
  }

  /** As `stop`, where it may have nothing to stop. */
  async close(): Promise<void> {
    this.#running?.stop.abort(fault('site.cancelled'));
    await this.#running?.ended;
  }

  /**
   * Forgets the federation. Throws `federation.hosting-already`, or `storage.site-busy` where another process hosts it.
   */
  abandon(): void {
    if (this.#running) throw fault('federation.hosting-already', { federation: this.#options.site.name });
    const { path, coordinatorFolder } = this.#options.site.folder;
    const lock = new SiteLock(path, join(coordinatorFolder, 'lock.sqlite'), 'abandoning a federation');
    try {
      this.#store.clear();
    } finally {
      lock.release();
    }
    this.#record = undefined;
    this.#options.show(null);
  }

  /** Shows anew, after what the person knows has changed. */
  refresh(): void {
    if (this.#record) this.#publish();
  }

  async #host({ plan, host, port, sites, from, tls }: Request): Promise<void> {
    const { site } = this.#options;
    if (this.#running) throw fault('federation.hosting-already', { federation: site.name });
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    this.#running = { stop, ended: ended.promise };
    const listening = Promise.withResolvers<void>();
    let record: HostedRecord | undefined;
    const end = (...how: Parameters<HostedRecord['end']>) => {
      this.#running = undefined;
      if (record) {
        record.end(...how);
        this.#publish();
      }
      ended.resolve();
    };
    void (async () => {
      const address = listeningAddress({ host, port, secure: tls !== null });
      const remembered = await this.#remember({ plan, sites }, address);
      const result = await site.coordinate({
        plan,
        listen: { host, port },
        sites,
        from: from ?? undefined,
        tls: tls ?? undefined,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'listening') {
            record = remembered;
            this.#record = record;
            listening.resolve();
          }
          if (this.#running?.stop !== stop) return; // connections that close after the end
          remembered.apply(event);
          if (event.type === 'round-finished') this.#store.writeRounds(remembered.view.rounds);
          if (record) this.#publish();
        },
      });
      const [model = null] = result.models;
      end('finished', { model });
      this.#options.onModel();
    })().catch((error) => {
      listening.reject(error); // in vain where it listened
      end(isFault(error, 'site.cancelled') ? 'stopped' : 'failed', {
        error: isFault(error, 'site.cancelled') ? null : reportOf(error),
      });
    });
    await listening.promise;
  }

  /** A record with the rounds of earlier starts, and the sites that were admitted before. */
  async #remember({ plan, sites }: Pick<Request, 'plan' | 'sites'>, address: string): Promise<HostedRecord> {
    const { site } = this.#options;
    const about = { federation: site.name, address, plan, sitesNeeded: sites, self: site.fingerprint };
    const goesOn = this.#store.hosted()?.finished === false;
    const record = new HostedRecord({ ...about, rounds: goesOn ? this.#store.rounds() : [] });
    const saved = goesOn ? await this.#store.load() : undefined;
    for (const admitted of saved?.sites ?? []) record.meet(admitted, admitted.volumes, false);
    return record;
  }

  #publish(): void {
    const { site, show } = this.#options;
    if (!this.#record) return;
    const { view } = this.#record;
    const { approvals } = site.folder;
    const peers = view.peers.map((peer) => ({ ...peer, isKnown: peer.isSelf || approvals.has(peer.fingerprint) }));
    show({ ...view, peers });
  }
}
