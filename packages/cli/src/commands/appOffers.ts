/** `app transfer` and `app offer …`: an app changes its owner once the receiver accepts it. */
import type {
  AppStoreApi,
  Offer,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { CliError, EXIT } from '../errors';
import { findApp } from '../find';
import { APP } from './appWords';
import { personRef, programOf, yesOption, type Mount } from './shared';

const OFFER = 'ID of the offer or its first characters, or the name of the app';

/** What is handed over by an offer. */
function whatOf({ name, apps, allVersions }: Offer): string {
  if (apps.length === 1 && !allVersions) return `${name} ${apps[0].version}`;
  const versions = apps.map(app => app.version).join(', ');
  return `${name} (${versions})`;
}

/**
 * The offer that a text means.
 *
 * @param scope - `received`: those to oneself
 */
async function findOffer(
  api: AppStoreApi,
  text: string,
  scope: 'received' | 'made' | 'all' = 'received',
): Promise<Offer> {
  const offers = await api.listOffers(scope);
  const whose = scope === 'received' ? ' to you' : '';
  const found = offers.filter(
    offer =>
      offer.id === text ||
      offer.name === text ||
      offer.apps.some(app => `${offer.name}@${app.version}` === text) ||
      (/^[0-9a-f-]{4,}$/.test(text) && offer.id.startsWith(text)),
  );
  if (found.length === 1) return found[0];
  throw new CliError(
    found.length
      ? `${found.length} offers${whose} match ${text}.`
      : `There is no offer of ${text}${whose}.`,
    {
      exitCode: found.length ? EXIT.usage : EXIT.notFound,
      code: found.length ? 'AMBIGUOUS' : 'NOT_FOUND',
      remedy: `See \`app-store${
        scope === 'all' ? ' admin' : ''
      } app offer list${
        scope === 'made' ? ' --made' : ''
      }\`, and use the ID of one.`,
    },
  );
}

function addTransfer(app: Command, mount: Mount): void {
  app
    .command('transfer')
    .description('offer an app version to a new owner, who must accept it')
    .argument('<app>', APP)
    .argument('<owner>', 'a person with full access')
    .option('--all-versions', 'also offer all other versions of the same owner')
    .addOption(yesOption())
    .action(
      mount.act(
        async (
          context,
          text: string,
          owner: string,
          flags: { allVersions?: boolean; yes?: boolean },
        ) => {
          const api = context.api();
          const { allVersions } = flags;
          const found = await findApp(api, text, {
            ...mount,
            exact: !allVersions,
          });
          const what = allVersions
            ? `all versions of ${found.name}`
            : `${found.name} ${found.version}`;
          const to = personRef(owner);
          await context.confirm(
            `Offer ${what} to ${to}? After they accept, only they or an admin can give it back.`,
            flags.yes,
          );
          const after = await api.offerApp(found.id, {
            owner: to,
            allVersions,
          });
          context.output.result(after, () => {
            if (!after.offer) {
              context.output.line(`${to} now owns ${what}.`);
              return;
            }
            context.output.line(
              `Offered ${what} to ${to}, until ${after.offer.expiresAt}. They own it when they accept it on the page My apps or with \`app-store app offer accept ${found.name}\`.`,
            );
          });
        },
      ),
    );
}

/** Only who is asked answers, so admins do not for others. */
function addAnswers(offer: Command, { act }: Mount): void {
  offer
    .command('accept')
    .description('accept an app that is offered to you')
    .argument('<offer>', OFFER)
    .addOption(yesOption())
    .action(
      act(async (context, text: string, flags: { yes?: boolean }) => {
        const api = context.api();
        const found = await findOffer(api, text);
        const secrets = found.secrets.length
          ? ` It uses your secrets ${found.secrets.join(
              ', ',
            )} from then on, and is PRIVATE until you share it.`
          : '';
        await context.confirm(
          `Take over ${whatOf(found)} from ${found.from}?${secrets}`,
          flags.yes,
        );
        const apps = await api.acceptOffer(found.id);
        context.output.result(apps, () =>
          context.output.line(`You now own ${whatOf(found)}.`),
        );
      }),
    );
  offer
    .command('decline')
    .description('decline an app that is offered to you')
    .argument('<offer>', OFFER)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const found = await findOffer(api, text);
        await api.declineOffer(found.id);
        context.output.result({ id: found.id, declined: true }, () =>
          context.output.line(`Declined ${whatOf(found)} of ${found.from}.`),
        );
      }),
    );
}

export function addAppOffers(app: Command, mount: Mount): void {
  const { act, admin } = mount;
  addTransfer(app, mount);
  const offer = app
    .command('offer')
    .description('manage offers of apps to new owners');
  const list = offer
    .command('list')
    .description(
      admin
        ? 'all offers'
        : 'list offers to you, or with --made, offers of your apps',
    );
  if (!admin) list.option('--made', 'list offers of your apps instead');
  list.action(
    act(async (context, flags: { made?: boolean }) => {
      const mine = flags.made ? 'made' : 'received';
      const offers = await context.api().listOffers(admin ? 'all' : mine);
      context.output.result(offers, () =>
        context.output.table(
          ['ID', 'APP', 'VERSIONS', 'FROM', 'TO', 'SECRETS', 'UNTIL'],
          offers.map(each => [
            each.id,
            each.name,
            each.apps.map(({ version }) => version).join(', '),
            each.from,
            each.to,
            each.secrets.join(', '),
            each.expiresAt,
          ]),
        ),
      );
    }),
  );
  if (!admin) addAnswers(offer, mount);
  offer
    .command('withdraw')
    .description('withdraw an offer')
    .argument('<offer>', OFFER)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const found = await findOffer(api, text, admin ? 'all' : 'made');
        const { id } = found.apps[0];
        await api.withdrawOffer(id);
        context.output.result({ id, withdrawn: true }, () =>
          context.output.line(
            `Withdrew the offer of ${whatOf(found)} to ${found.to}.`,
          ),
        );
      }),
    );
  offer.addHelpText(
    'after',
    `\nMake an offer with \`${programOf(mount)} app transfer\`.\n`,
  );
}
