/** The process of one site in a demo: a real site folder, its own key, trainer and socket, driven by the demo. */
import { createBirpc } from 'birpc';
import { crossing } from '../../../shared/crossing.ts';
import { policyDecider } from '../../site/consent/policy.ts';
import { segmentAndScore } from '../../site/runs/segmentation.ts';
import { Site } from '../../site/site.ts';
import type { DemoVerbs, SiteVerbs } from './site-verbs.ts';

let site: Site | undefined;
let federation: Promise<string[]> | undefined;

function opened(): Site {
  if (!site) throw new Error('the demo creates a site before it uses it');
  return site;
}

const verbs: SiteVerbs = {
  async create(folder, name, paths, labels, sample) {
    site = Site.create(folder, name);
    if (paths.length === 0) return 0;
    const { imported } = await site.import(paths, {
      labels,
      sample,
      onProgress: ({ done, total }) => tell(done / total),
    });
    return imported.length;
  },
  async coordinate(plan, sites, from) {
    const listening = Promise.withResolvers<void>();
    federation = opened()
      .coordinate({
        plan,
        sites,
        from,
        listen: { host: '127.0.0.1', port: 0 },
        onEvent: (event) => {
          if (event.type === 'listening') listening.resolve();
        },
      })
      .then(({ models }) => models);
    federation.catch(listening.reject);
    await listening.promise;
  },
  async invite() {
    return opened().invite();
  },
  async federationEnded() {
    return (await federation) ?? [];
  },
  async join(invitation, policyFile, labels) {
    const { models, rounds } = await opened().join({
      invitation,
      decider: policyDecider(policyFile),
      labels,
      onEvent: (event) => {
        if (event.type === 'progress') tell(event.step / event.steps);
      },
    });
    return { models, rounds };
  },
  async finetune(job) {
    const { model, dice, computedOn } = await opened().finetune({
      ...job,
      onProgress: ({ step, steps }) => tell(step / steps),
    });
    return { model, curve: dice.map((point) => ({ step: point.step, dice: point.dice })), computedOn };
  },
  score(model, heldOut, out) {
    return segmentAndScore(opened(), model, heldOut, out);
  },
  async memory() {
    return { process: process.resourceUsage().maxRSS * 1024, trainer: site?.trainer.peakMemory ?? 0 };
  },
};

const send = process.send?.bind(process);
if (!send) throw new Error('this runs only as a child of isocenter demo, with an IPC channel');
const demo = createBirpc<DemoVerbs, SiteVerbs>(verbs, {
  ...crossing,
  post: (data) => send(data),
  on: (listener) => process.on('message', listener),
  timeout: -1,
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the demo decides when its sites end

function tell(fraction: number): void {
  void demo.progress.asEvent(fraction);
}
