// usage: node schema.js SCHEMA FILE...
// Validates SARIF files against the JSON schema. Exit status: 0 valid, 1 not valid.
'use strict';

const fs = require('fs');
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;

const [schemaFile, ...files] = process.argv.slice(2);
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

// Some patterns of the schema are not regular expressions in Unicode mode.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(read(schemaFile));

for (const file of files) {
  if (validate(read(file))) {
    console.log(`${file}: valid by the schema`);
    continue;
  }
  for (const error of validate.errors) console.log(`${file}: ${error.instancePath} ${error.message}`);
  process.exitCode = 1;
}
