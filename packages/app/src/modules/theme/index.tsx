/**
 * The light and the dark theme, in one provider: React keeps the pages, and what was
 * typed into them, when the scheme changes. The portal's own two would build everything anew.
 */
import {
  appThemeApiRef,
  createFrontendModule,
  useApi,
} from '@backstage/frontend-plugin-api';
import { ThemeBlueprint } from '@backstage/plugin-app-react';
import {
  createUnifiedTheme,
  palettes,
  UnifiedThemeProvider,
} from '@backstage/theme';
import DarkIcon from '@material-ui/icons/Brightness2';
import LightIcon from '@material-ui/icons/WbSunny';
import { useEffect, useState, type ReactNode } from 'react';
import './contrast.css';

const DARK = '(prefers-color-scheme: dark)';

/** One typeface: the pages that are made of Material UI take the one of Backstage UI. */
const fontFamily = 'var(--bui-font-regular)';
const themes = {
  light: createUnifiedTheme({ palette: palettes.light, fontFamily }),
  dark: createUnifiedTheme({ palette: palettes.dark, fontFamily }),
};

function Provider(props: { children: ReactNode }) {
  const api = useApi(appThemeApiRef);
  const [chosen, setChosen] = useState(api.getActiveThemeId());
  const [prefersDark, setPrefersDark] = useState(
    () => window.matchMedia(DARK).matches,
  );
  useEffect(() => {
    const subscription = api.activeThemeId$().subscribe(setChosen);
    return () => subscription.unsubscribe();
  }, [api]);
  useEffect(() => {
    const query = window.matchMedia(DARK);
    const listener = () => setPrefersDark(query.matches);
    query.addEventListener('change', listener);
    return () => query.removeEventListener('change', listener);
  }, []);
  const dark = chosen ? chosen === 'dark' : prefersDark;
  useEffect(() => {
    // Behind everything, and of scroll bars; first-paint.js begins with the same.
    document.documentElement.dataset.themeMode = dark ? 'dark' : 'light';
  }, [dark]);
  return (
    <UnifiedThemeProvider theme={dark ? themes.dark : themes.light}>
      {props.children}
    </UnifiedThemeProvider>
  );
}

const light = ThemeBlueprint.make({
  name: 'light',
  params: {
    theme: {
      id: 'light',
      title: 'Light Theme',
      variant: 'light',
      icon: <LightIcon />,
      Provider,
    },
  },
});

const dark = ThemeBlueprint.make({
  name: 'dark',
  params: {
    theme: {
      id: 'dark',
      title: 'Dark Theme',
      variant: 'dark',
      icon: <DarkIcon />,
      Provider,
    },
  },
});

export const themeModule = createFrontendModule({
  pluginId: 'app',
  extensions: [light, dark],
});
