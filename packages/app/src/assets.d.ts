// What the build makes of pictures and style sheets.
/// <reference types="@backstage/cli/asset-types" />
