/**
 * A radiologist creates a federation, invites two hospitals, refuses the first feature batch and allows what comes
 * after it, and finds each decision in the ledger.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planSchema } from '../../shared/plan.ts';
import { en } from '../../shared/texts/en.ts';
import { isocenter, succeed } from '../command.ts';
import { labelledVolumes } from './files.ts';
import { expect, expectAccessible, goTo, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

const plan = planSchema.parse({ rounds: 2, stepsPerRound: 3, featureLength: 32, quorum: 3 });

test('host a federation with two more sites, refuse one batch, allow the next', async ({ workstation }) => {
  test.slow();
  const at = (...parts: string[]) => join(workstation.folder, ...parts);
  const files = (index: number) => labelledVolumes(at('files', String(index)), index, 3);
  await prepareSite(workstation.site, { name: 'St. Anna', files: [await files(0)], plan });
  writeFileSync(at('policy.json'), '{"allow": ["features", "weights"]}');
  const others = ['Charité', 'Inselspital'].map((name, index) => ({ name, folder: at(`other-${index}`), index }));
  for (const { name, folder, index } of others) {
    await succeed('init', folder, '--name', name);
    await succeed('import', folder, await files(index + 1));
  }

  const { page } = await workstation.open();
  await goTo(page, 'federation');
  await page.getByLabel(en.federation.host.sites).fill('3');
  await page.getByLabel(en.federation.host.port).fill('0');
  await page.getByRole('button', { name: en.federation.host.start }).click();
  const invitation = page.getByText(/^isocenter:[\w-]+$/);
  const joined: ReturnType<typeof isocenter>[] = [];
  let before = '';
  for (const { name, folder } of others) {
    await page.getByRole('button', { name: en.federation.hosted.newInvitation }).click();
    await expect(invitation).not.toHaveText(before === '' ? /^$/ : before);
    before = (await invitation.textContent()) ?? '';
    joined.push(isocenter('join', folder, before, '--consent', at('policy.json')));
    await expect(page.getByRole('rowheader', { name })).toBeVisible();
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: en.federation.hosted.takePart }).click();

  const { prompt } = en.consent;
  const features = page.getByRole('dialog', { name: prompt.title.features });
  const weights = page.getByRole('dialog', { name: prompt.title.weights });
  await test.step('refuse the first feature batch', async () => {
    await expect(features).toContainText('Charité');
    await expect(features).toContainText('Inselspital');
    await expectAccessible(page);
    await features.getByLabel(prompt.reason).fill('not before the ethics board met');
    await features.getByRole('button', { name: prompt.refuse, exact: true }).click();
  });
  await test.step('allow the weights, and all of the second round', async () => {
    await weights.getByRole('button', { name: prompt.once }).click();
    await features.getByRole('button', { name: prompt.once }).click();
    await weights.getByRole('button', { name: prompt.once }).click();
  });
  await expect(page.getByText(en.federation.member.results.finished)).toBeVisible();
  for (const { finished } of joined) expect((await finished).code).toBe(0);
  await expectAccessible(page);

  await test.step('see every decision in the ledger', async () => {
    await goTo(page, 'ledger');
    const rows = page.getByRole('grid').locator('tbody').getByRole('row');
    await expect(rows.filter({ hasText: en.ledger.answerWords.refuse })).toHaveCount(1);
    await expect(rows.filter({ hasText: en.ledger.answerWords['allow-once'] })).toHaveCount(3);
    await expect(page.getByText('The ledger is whole')).toBeVisible();
    await expectAccessible(page);
  });
  for (const { folder } of others) expect(await succeed('ledger', folder, '--verify')).toContain('The ledger is whole');
});
