import { Argument, Command, Option } from 'commander';
import { type CohortRole, cohortRoles } from '../../../shared/cohorts.ts';
import { fault } from '../../../shared/errors.ts';
import { addToCohort, makeCohort, volumesNamed } from '../../site/cohorts.ts';
import { Site } from '../../site/site.ts';
import { summariseCohorts } from '../../workstation/views/cohort-summary.ts';
import { run } from '../action.ts';
import { table } from '../output.ts';

const tasks = ['list', 'make', 'add', 'remove'] as const;

interface Options {
  role: CohortRole;
  filter?: string;
  json?: boolean;
}

export function cohort(): Command {
  return new Command('cohort')
    .description(
      'List and change cohorts: named sets of volumes to train on, to validate on, or held out of every run.',
    )
    .argument('<site>', 'folder of the site')
    .addArgument(new Argument('<task>', 'what to do').choices(tasks))
    .argument('[name]', 'name of the cohort')
    .argument('[volumes...]', 'ids or names of volumes; without any, remove forgets the cohort and keeps its volumes')
    .addOption(new Option('--role <role>', 'what a new cohort is for').choices(cohortRoles).default('training'))
    .option('--filter <words>', 'all volumes whose name or place has each of these words')
    .option('--json', 'print the cohorts as JSON')
    .action((folder: string, task: (typeof tasks)[number], name: string | undefined, ids: string[], options: Options) =>
      run(options, async ({ output }) => {
        await using site = Site.open(folder);
        if (task !== 'list') {
          if (name === undefined) throw fault('site.cohort-unnamed');
          change(site, task, name, ids, options);
        }
        const rows = summariseCohorts(site.folder);
        const lines = rows.map(({ name, role, volumes }) => [name, role, String(volumes.length)]);
        output.result(rows, rows.length > 0 ? table(['name', 'role', 'volumes'], lines) : 'No cohorts yet.');
      }),
    );
}

function change(
  { folder }: Site,
  task: 'make' | 'add' | 'remove',
  name: string,
  ids: string[],
  { role, filter }: Options,
): void {
  const volumes = volumesNamed(folder, ids, filter);
  if (task === 'make') makeCohort(folder, name, role, volumes);
  else if (task === 'add') addToCohort(folder, name, volumes);
  else if (ids.length === 0 && filter === undefined) folder.cohorts.remove(name);
  else folder.cohorts.take(name, volumes);
}
