/** The icon and the screenshots of a bundle (specification 5). */
import type { BundleIssue } from './BundleError';
import type { BundleFile, FileTree } from './FileTree';
import { imageType } from './images';

const IMAGE_LIMIT = 5 * 1024 ** 2;
const SCREENSHOTS = 12;

/**
 * A picture of a bundle.
 *
 * @public
 */
export interface BundleImage {
  data: Buffer;
  extension: 'png' | 'jpg';
}

async function readPicture(
  tree: FileTree,
  file: BundleFile,
): Promise<BundleImage | undefined> {
  const data =
    file.size <= IMAGE_LIMIT ? await tree.read(file, IMAGE_LIMIT) : undefined;
  const extension = data && imageType(data);
  return extension && { data, extension };
}

/** The icon and the screenshots, these in the order of their names, and what is wrong with them. */
export async function readPictures(tree: FileTree): Promise<{
  icon?: BundleImage;
  screenshots: BundleImage[];
  issues: BundleIssue[];
}> {
  const issues: BundleIssue[] = [];
  const read = async (file: BundleFile) => {
    const picture = await readPicture(tree, file);
    if (!picture)
      issues.push({
        code: 'BAD_IMAGE',
        severity: 'error',
        path: file.path,
        message: `${file.path} is not a PNG or JPEG image of at most 4096 by 4096 pixels and ${IMAGE_LIMIT} bytes`,
        remedy: 'Make it smaller, and save it as PNG or JPEG.',
      });
    return picture;
  };
  const named = (pattern: RegExp) =>
    tree.files.filter(({ path }) => pattern.test(path));
  const icons = named(/^static\/icon[^/]*\.[^./]+$/i);
  const chosen = icons.find(({ path }) => /\.(png|jpe?g)$/i.test(path));
  if (icons.length && !chosen)
    issues.push({
      code: 'BAD_IMAGE',
      severity: 'warning',
      path: icons[0].path,
      message: `${icons[0].path} is not shown: an icon must be a PNG or JPEG image`,
      remedy: 'Save it as static/icon.png.',
    });
  const icon = chosen && (await read(chosen));
  const screenshots: BundleImage[] = [];
  for (const file of named(/^static\/screenshot[^/]*\.(png|jpe?g)$/i).slice(
    0,
    SCREENSHOTS,
  )) {
    const picture = await read(file);
    if (picture) screenshots.push(picture);
  }
  return { icon, screenshots, issues };
}
