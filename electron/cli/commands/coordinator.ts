import { Command } from 'commander';
import { fault } from '../../../shared/errors.ts';
import { coordinatorWords } from '../../site/coordinating/coordinator-words.ts';
import { Site } from '../../site/site.ts';
import { hostAndPort, run, wholeNumber } from '../action.ts';
import { planOf } from '../plan-of.ts';

interface Options {
  plan?: string;
  listen: { host: string; port: number };
  sites: number;
  from?: string;
  cert?: string;
  key?: string;
  json?: boolean;
}

export function coordinator(): Command {
  return new Command('coordinator')
    .description('Host a federation: admit sites, open rounds, relay sealed features, average weights.')
    .argument('<site>', 'folder of the coordinating site; it may also join its own federation')
    .option('--plan <file>', "plan file; without it the model's plan, or one fitted to this site's volumes")
    .requiredOption('--listen <host:port>', 'address to listen on; port 0 lets the system choose', hostAndPort)
    .requiredOption('--sites <n>', 'sites to wait for before the first round', wholeNumber(1))
    .option('--from <model>', 'model of this site to begin with, instead of random weights')
    .option('--cert <file>', 'TLS certificate (PEM); needed beyond this machine')
    .option('--key <file>', 'its private key (PEM)')
    .option('--json', 'print the result as JSON')
    .action((folder: string, options: Options) =>
      run(options, async (context) => {
        const { output, signal } = context;
        if ((options.cert === undefined) !== (options.key === undefined)) throw fault('site.cert-without-key');
        const tls =
          options.cert !== undefined && options.key !== undefined
            ? { cert: options.cert, key: options.key }
            : undefined;
        await using site = Site.open(folder);
        output.note(`This site’s key fingerprint, to be read out to whoever asks: ${site.fingerprint}`);
        const result = await site.coordinate({
          plan: await planOf(site, options, context),
          listen: options.listen,
          sites: options.sites,
          from: options.from,
          tls,
          signal,
          onEvent(event) {
            const said = coordinatorWords(event);
            if (said) said.loud ? output.warn(said.words) : output.note(said.words);
            if (event.type === 'insecure') output.warn('Give --cert and --key.');
          },
        });
        output.result(result, `The federation is finished. Models: ${result.models.join(', ') || 'none'}.`);
      }),
    );
}
