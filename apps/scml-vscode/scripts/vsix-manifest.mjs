// SPDX-License-Identifier: MPL-2.0

// The two XML files of a .vsix: a package by the Open Packaging Conventions (ECMA-376 part 2) with
// the manifest of Visual Studio's extensions, version 2.0.0.

import { extname } from "node:path";

const TYPES = {
  ".cjs": "application/javascript",
  ".json": "application/json",
  ".md": "text/markdown",
  ".txt": "text/plain",
  ".vsixmanifest": "text/xml",
};

/** The type of each kind of file. @param {readonly string[]} files */
export function contentTypes(files) {
  const kinds = [...new Set([...files.map((name) => extname(name)), ".vsixmanifest"])].sort();
  const types = kinds.map((kind) => {
    if (TYPES[kind] === undefined) throw new Error(`no content type is known for *${kind}`);
    return `<Default Extension="${kind}" ContentType="${TYPES[kind]}"/>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${types.join("")}</Types>
`;
}

const escape = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** What a store shows, from the extension's package.json. */
export function vsixManifest({ name, displayName, description, version, publisher, ...rest }) {
  const asset = (type, path) =>
    `    <Asset Type="Microsoft.VisualStudio.${type}" Path="${path}" Addressable="true"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escape(name)}" Version="${escape(version)}" Publisher="${escape(publisher)}"/>
    <DisplayName>${escape(displayName)}</DisplayName>
    <Description xml:space="preserve">${escape(description)}</Description>
    <Tags>${escape(rest.keywords.join(","))}</Tags>
    <Categories>${escape(rest.categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escape(rest.engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
${asset("Code.Manifest", "extension/package.json")}
${asset("Services.Content.Details", "extension/README.md")}
${asset("Services.Content.License", "extension/LICENSE.txt")}
  </Assets>
</PackageManifest>
`;
}
