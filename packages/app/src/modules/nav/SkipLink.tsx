/** The first thing that Tab reaches: the way past the navigation. */
import { AppRootElementBlueprint } from '@backstage/frontend-plugin-api';
import styles from './SkipLink.module.css';

function SkipLink() {
  return (
    <a
      href="#content"
      className={styles.skip}
      onClick={event => {
        // The address is the page's own; Backstage's pages give their content no id.
        event.preventDefault();
        const main = document.querySelector('main');
        if (!main) return;
        main.tabIndex = -1;
        main.focus();
        main.scrollIntoView();
      }}
    >
      Skip to content
    </a>
  );
}

export const skipLink = AppRootElementBlueprint.make({
  name: 'skip-link',
  params: { element: <SkipLink /> },
});
