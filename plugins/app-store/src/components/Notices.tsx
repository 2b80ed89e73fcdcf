import { MarkdownContent } from '@backstage/core-components';
import type { Notice } from '@ai-app-store/backstage-plugin-app-store-common';
import { ButtonIcon } from '@backstage/ui';
import {
  RiAlarmWarningLine,
  RiAlertLine,
  RiCheckboxCircleLine,
  RiCloseCircleLine,
  RiCloseLine,
  RiForbidLine,
  RiInformationLine,
} from '@remixicon/react';
import { useDismissed } from '../hooks/useDismissed';
import { useStore } from '../hooks/useCached';
import { noRemoteImages } from './Markdown';
import styles from './Notices.module.css';

const ICONS: Record<Notice['severity'], typeof RiAlertLine> = {
  info: RiInformationLine,
  success: RiCheckboxCircleLine,
  warning: RiAlertLine,
  severe: RiAlarmWarningLine,
  error: RiCloseCircleLine,
  blocked: RiForbidLine,
};
/** The words that the colours stand for. */
const WORDS: Record<Notice['severity'], string> = {
  info: 'Information',
  success: 'Success',
  warning: 'Warning',
  severe: 'Severe',
  error: 'Error',
  blocked: 'Blocked',
};

/** One that says something else is another one, and is shown again. */
const keyOf = ({ severity, title, content }: Notice) =>
  [severity, title, content].join('\n');

/** Banners that an admin has put up, in the admin's order (specification 2.7). A reader can dismiss each, but for those that block. */
export function Notices() {
  const { value: store } = useStore();
  const [dismissed, dismiss] = useDismissed('app-store-notices');
  const shown = (store?.notices ?? []).filter(
    notice => notice.severity === 'blocked' || !dismissed.has(keyOf(notice)),
  );
  if (!shown.length) return null;
  return (
    <section aria-label="Notices" className={styles.notices}>
      {shown.map(notice => {
        const Icon = ICONS[notice.severity];
        return (
          <div
            key={keyOf(notice)}
            className={styles.notice}
            data-severity={notice.severity}
          >
            <Icon size={20} aria-hidden="true" className={styles.icon} />
            <div className={styles.words}>
              <strong>
                <span className={styles.severity}>
                  {WORDS[notice.severity]}:{' '}
                </span>
                {notice.title}
              </strong>
              {notice.content && (
                <MarkdownContent
                  content={notice.content}
                  linkTarget="_blank"
                  transformImageUri={noRemoteImages}
                />
              )}
            </div>
            {notice.severity !== 'blocked' && (
              <ButtonIcon
                size="small"
                variant="tertiary"
                icon={<RiCloseLine />}
                aria-label={`Dismiss: ${notice.title}`}
                onPress={() => dismiss(keyOf(notice))}
              />
            )}
          </div>
        );
      })}
    </section>
  );
}
