/** The Ant Design themes of both faces, made once: a new object would draw every widget again. */
import { theme, type ThemeConfig } from 'antd'
import { FONT, MONO, colour, type Scheme } from './tokens'

function themeOf(scheme: Scheme): ThemeConfig {
  const of = (name: Parameters<typeof colour>[0]) => colour(name, scheme)
  return {
    algorithm: scheme === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    hashed: false,
    token: {
      colorPrimary: of('brand'), colorLink: of('brand'), colorLinkHover: of('brand-hover'), colorInfo: of('brand'),
      colorPrimaryHover: of('brand-hover'), colorPrimaryActive: of('brand-hover'),
      colorError: of('seal'), colorSuccess: of('ok'), colorWarning: of('warning'),
      colorText: of('ink'), colorTextSecondary: of('secondary'), colorTextTertiary: of('hint'), colorTextDescription: of('hint'),
      colorTextPlaceholder: of('hint'), colorTextDisabled: of('hint'),
      colorBgLayout: of('page'), colorBgContainer: of('card'), colorBgElevated: of('card'), colorBgContainerDisabled: of('neutral-tint'),
      colorBorder: of('border'), colorBorderSecondary: of('line'), colorSplit: of('line'),
      colorTextLightSolid: of('on-brand'),
      borderRadius: 6, borderRadiusLG: 8, controlHeight: 32, controlHeightSM: 26, fontSize: 14, lineHeight: 22 / 14,
      fontFamily: FONT, fontFamilyCode: MONO, motion: false, wireframe: false,
      controlOutlineWidth: 3, controlOutline: of('focus'), lineWidthFocus: 3,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 400 },
      Select: { optionSelectedBg: of('brand-tint'), optionActiveBg: of('neutral-tint'), optionSelectedFontWeight: 600 },
      Input: { activeShadow: 'none', errorActiveShadow: 'none' },
    },
  }
}

export const THEMES: Readonly<Record<Scheme, ThemeConfig>> = { light: themeOf('light'), dark: themeOf('dark') }
