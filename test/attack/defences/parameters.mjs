export default [
  {
    finding: '3',
    name: 'values of parameters are literal',
    file: 'plugins/app-store-backend/src/kubernetes/manifests/environment.ts',
    from: "value: value.replaceAll('$', '$$$$')",
    to: 'value',
    test: {
      jest: 'plugins/app-store-backend/src/kubernetes/manifests/instanceObjects.test.ts',
      name: '3:',
    },
  },
];
