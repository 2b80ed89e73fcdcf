/** When a database that was put back is noticed, by the order of counts. */
import { mockServices } from '@backstage/backend-test-utils';
import { until } from '../__testUtils__/until';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { SettingsRepository } from '../database/SettingsRepository';
import { Epoch } from './Epoch';
import type { EpochMark } from './EpochMark';

jest.setTimeout(60_000);

class Mark implements EpochMark {
  epoch = 0;

  async read(_options?: { known?: boolean }) {
    return this.epoch;
  }

  async raise(epoch: number) {
    this.epoch = Math.max(this.epoch, epoch);
    return true;
  }
}

describe.each(databaseIds())('12: Epoch on %s', id => {
  async function setUp() {
    const settings = new SettingsRepository(await migrated(id));
    const marks = { cluster: new Mark(), bundles: new Mark() };
    const epoch = Epoch.create({
      settings,
      marks,
      logger: mockServices.logger.mock(),
      trailingMs: 50,
      patienceMs: 20,
    });
    await epoch.check('cluster');
    return { settings, marks, epoch };
  }

  /** After the trailing count. */
  async function expectNoticed(epoch: Epoch, backup: string) {
    await until(async () => Boolean(await epoch.held()));
    expect(await epoch.isHeld('cluster')).toBe(true);
    expect((await epoch.held())!.epochs.cluster).toEqual({
      database: Number(backup),
      seen: Number(backup) + 1,
    });
    epoch.stop();
  }

  it('12: a count does not hide that the database was put back before it', async () => {
    const { settings, epoch } = await setUp();
    const backup = (await settings.get('epoch:cluster'))!;
    await epoch.making('cluster', async () => {});
    // Put back before the trailing count.
    await settings.set('epoch:cluster', backup);
    await expectNoticed(epoch, backup);
  });

  it('12: nor that it was put back while it counts', async () => {
    const { settings, epoch } = await setUp();
    const backup = (await settings.get('epoch:cluster'))!;
    await epoch.making('cluster', async () => {});
    const increment = settings.increment.bind(settings);
    jest
      .spyOn(settings, 'increment')
      .mockImplementationOnce(async (name, past) => {
        // After the comparison, before the trailing count.
        await settings.set('epoch:cluster', backup);
        return increment(name, past);
      });
    await expectNoticed(epoch, backup);
  });

  it.each([1, 2, 10])(
    '15: nor what another replica has raised %i above since it was read',
    async ahead => {
      const { marks, epoch } = await setUp();
      // As the cluster's: what is known may be old, and is then refused.
      const mark = marks.cluster;
      let known = mark.epoch;
      jest.spyOn(mark, 'read').mockImplementation(async options => {
        if (!options?.known) known = mark.epoch;
        return known;
      });
      jest.spyOn(mark, 'raise').mockImplementation(async raised => {
        if (known !== mark.epoch) return false;
        known = Math.max(mark.epoch, raised);
        mark.epoch = known;
        return true;
      });
      // The database is put back to before that.
      mark.epoch += ahead;
      const seen = mark.epoch;
      await epoch.making('cluster', async () => {});
      expect((await epoch.held())?.epochs.cluster?.seen).toBe(seen);
      expect(await epoch.isHeld('cluster')).toBe(true);
      epoch.stop();
    },
  );

  it('12: what is made in one place says nothing of the other', async () => {
    const { marks, epoch } = await setUp();
    await epoch.making('cluster', async () => {});
    expect(marks.bundles.epoch).toBe(0);
    expect(await epoch.isHeld('cluster')).toBe(false);
    // Nothing is deleted in a place that was not compared yet.
    expect(await epoch.isHeld('bundles')).toBe(true);
    epoch.stop();
  });

  it('15: what has no row is not deleted before its place could be compared', async () => {
    const { settings, marks, epoch } = await setUp();
    await epoch.assertMayDeleteUnknown('cluster');
    await expect(epoch.assertMayDeleteUnknown('bundles')).rejects.toMatchObject(
      { code: 'EPOCH_UNREAD' },
    );
    jest.spyOn(marks.cluster, 'read').mockRejectedValue(new Error('away'));
    await expect(epoch.assertMayDeleteUnknown('cluster')).rejects.toMatchObject(
      { code: 'EPOCH_UNREAD' },
    );
    await settings.set('restored-backup', '{}');
    await expect(epoch.assertMayDeleteUnknown('cluster')).rejects.toMatchObject(
      { code: 'RESTORED_BACKUP' },
    );
    epoch.stop();
  });

  it('15: who deletes something does not wait for a place that is silent', async () => {
    const { settings, marks, epoch } = await setUp();
    jest.spyOn(marks.cluster, 'read').mockReturnValue(new Promise(() => {}));
    await epoch.assertMayDelete();
    await settings.set('restored-backup', '{}');
    await expect(epoch.assertMayDelete()).rejects.toMatchObject({
      code: 'RESTORED_BACKUP',
    });
    epoch.stop();
  });
});
