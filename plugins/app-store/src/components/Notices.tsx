import { MarkdownContent } from '@backstage/core-components';
import type { Notice } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  RiAlarmWarningLine,
  RiAlertLine,
  RiCheckboxCircleLine,
  RiCloseCircleLine,
  RiForbidLine,
  RiInformationLine,
} from '@remixicon/react';
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

/** Banners that an admin has put up, in the admin's order (specification 2.7). */
export function Notices() {
  const { value: store } = useStore();
  if (!store?.notices.length) return null;
  return (
    <section aria-label="Notices" className={styles.notices}>
      {store.notices.map((notice, i) => {
        const Icon = ICONS[notice.severity];
        return (
          <div
            key={i}
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
          </div>
        );
      })}
    </section>
  );
}
