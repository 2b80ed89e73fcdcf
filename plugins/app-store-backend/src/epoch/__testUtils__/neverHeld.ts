/** For tests of what does not turn on a restored backup. */
import type { DeletionGuard, Epoch } from '../Epoch';

export const NEVER_HELD: DeletionGuard & Pick<Epoch, 'making'> = {
  making: (_, work) => work(),
  async isHeld() {
    return false;
  },
  async assertMayDelete() {},
};
