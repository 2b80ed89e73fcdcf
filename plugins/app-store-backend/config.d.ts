export interface Config {
  appStore: {
    gateway: {
      /**
       * Scheme, domain and port under which every app gets a host of its own:
       * `https://apps.example.com`. Must not be or lie under the portal's host names (`backend.baseUrl`, `app.baseUrl`).
       * @visibility frontend
       */
      baseUrl: string;
    };
    roles?: {
      /** Groups or roles (names or entity refs) whose members are admins. */
      admin?: string[];
      /** Of the admins, those who import apps of the marketplace: members of these groups or roles. None named: every admin. */
      appImporter?: string[];
      /** Groups or roles whose members have full access; none named: everybody has it, and there are no visitors. */
      fullAccess?: string[];
      /**
       * What a name without kind and namespace means, here and in tags: a group of the
       * catalog (`group:default/<name>`), or a role of the sign-in's claim
       * (`role:oidc/<name>`). Default: `groups`.
       */
      names?: 'groups' | 'claims';
      /**
       * What the roles of the sign-in's claim are. `groups` makes them groups of the
       * catalog: the identity provider can then make anybody a member of any of them.
       * Default: `roles`, which are no groups.
       */
      claimsAre?: 'roles' | 'groups';
      /**
       * The claim of somebody who has not been in the portal for this long holds no more,
       * nor do the access tokens of people who are not in the catalog; `-1` never.
       * Default: `720h`, thirty days.
       */
      claimsLapse?: string;
    };
    limits?: {
      /** Slots of a full-access user: instances that are not suspended, failed ones included. Default: 10. */
      instances?: number;
      /** Slots of a visitor, counted alike. Default: 5. */
      visitorInstances?: number;
      /** App versions that a full-access user may own. Default: 10. */
      appVersions?: number;
      /** Largest bundle, in bytes. Default: 512 MiB. */
      bundleBytes?: number;
      /** Largest environment of an app that is kept for later starts, in bytes. Default: 4 GiB. */
      environmentBytes?: number;
      /** Bundles that are checked at once; further ones wait. Default: 2. */
      concurrentImports?: number;
    };
    /** An upload that takes longer is given up. Default: `15m`. */
    uploadTimeout?: string;
    /** An installation of an app's dependencies that takes longer is given up. Default: `15m`. */
    installTimeout?: string;
    /** Whether owners and admins may download bundles. Default: true. */
    downloads?: boolean;
    /**
     * Whether PUBLIC apps are listed for people who are not signed in, at the apps'
     * domain and by the API. Default: false.
     */
    publicMode?: boolean;
    /**
     * Who may import further versions of an app's name. `owned`: who brought the first
     * one, whoever it was transferred to, and admins. `open`: everybody with full access,
     * so anybody can put a higher version in place of somebody else's app; for stores
     * whose people trust each other. Default: `owned`.
     */
    appNames?: 'open' | 'owned';
    /** Names of the tags that are categories. Default: none. */
    categoryTags?: string[];
    iam?: {
      /** Whether policies count that an admin lays over the access rules. Default: false. */
      enabled?: boolean;
    };
    audit?: {
      /** How long lines of the audit are kept. Default: 365. */
      retentionDays?: number;
    };
    aliases?: {
      /** Names that nobody may have as an alias, beside those that are reserved always (`login`, `www`, `mail` and the like). */
      reserved?: string[];
      /**
       * Host names outside the apps' domain that aliases may have: `dash.example.org`, or
       * `*.example.org` for all one label below. Anybody with full access may take one, first come,
       * first served. They must lead to the gateway. Default: none.
       */
      hosts?: string[];
      /**
       * The name of a deleted alias rests for this long: only its last owner may take it again,
       * unless an admin frees it. `0s` for not at all. Default: `168h`.
       */
      nameRest?: string;
    };
    /** Between two looks at whether each app can be run; `-1` for only on demand. Default: `10m`. */
    preconditionInterval?: string;
    /** How much longer an owner may have an instance run, once for each start; `0s` for not at all. Default: `4h`. */
    instanceExtension?: string;
    /** How long the volume of a terminated instance is kept and can be restored. Default: `168h`. */
    terminatedRetention?: string;
    /** Whether every app has to say its memory and processor sizes. Default: false. */
    requireResources?: boolean;
    /** What `{{REGISTRY}}` stands for in `Runtime.CustomImage`. */
    appRegistry?: string;
    /** Size of /dev/shm of apps with EnableSHM. Default: `2Gi`. */
    shmSize?: string;
    /** What the files of an app, and what is installed for it, may each take on the node; a pod that takes more is evicted. Default: `10Gi`. */
    appDirectorySize?: string;
    /** Answers of the API are checked against its document, too: for tests. Default: false. */
    checkAnswers?: boolean;
    gpu?: {
      /** Types that apps may ask for: values of the node label. None: no GPUs. */
      allowedTypes?: string[];
      /** The type of apps that name none. */
      defaultType?: string;
      /** Most GPUs of an instance. Default: 8. */
      maxCount?: number;
      /** The label of nodes that says which type they have. Default: `hac.h2o.ai/accelerator`. */
      nodeLabel?: string;
      /** The resource that is asked for. Default: `nvidia.com/gpu`. */
      resource?: string;
    };
    /** Named sizes (memory, CPU, GPU) for instances. */
    launchProfiles?: Array<{
      name: string;
      title?: string;
      description?: string;
      memoryLimit?: string;
      memoryReservation?: string;
      cpuLimit?: string;
      cpuReservation?: string;
      gpuCount?: number;
      gpuType?: string;
      /** The resource by which its GPUs are asked for. Default: `gpu.resource`. */
      gpuResource?: string;
      /** A RuntimeClass of the cluster that isolates the app, such as gvisor. */
      isolation?: string;
      /** A LocalQueue of Kueue in the namespace of the apps: instances wait there for their turn. */
      queue?: string;
      nodeSelector?: { [label: string]: string };
      tolerations?: Array<{
        key?: string;
        operator?: 'Exists' | 'Equal';
        value?: string;
        effect?: string;
        tolerationSeconds?: number;
      }>;
      affinity?: object;
    }>;
    /** Banners on the store's pages, in this order. */
    notices?: Array<{
      severity?:
        | 'info'
        | 'error'
        | 'warning'
        | 'blocked'
        | 'success'
        | 'severe';
      title: string;
      /** Markdown. */
      content?: string;
    }>;
    branding?: {
      /** Default: `App Store`. */
      title?: string;
      /** A path of the portal (a file in the web app's `public`), or a `data:` URL: its content security policy refuses others. */
      logoUrl?: string;
      /** `#rrggbb` */
      color?: string;
    };
    /**
     * Where the `app-store` command is downloaded as one file: a path of the portal, or a URL.
     * The web app of this repository has it at `/cli/app-store`. Default: people are told to install the package.
     */
    commandUrl?: string;
    /** Whether every app has to name its runtime version. Default: false. */
    requireRuntimeVersion?: boolean;
    /** Regular expressions for `Runtime.CustomImage`; `.+` for any image. Default: none is allowed. */
    allowedCustomImages?: string[];
    /** Regular expressions for the `H2O_WAVE_…` variables that apps may set, instead of the built-in ones. */
    allowedWaveVariables?: string[];
    /** An instance is suspended this long after its start or resumption; `-1` never. Default: `8h`. */
    instanceTimeout?: string;
    /** An app that does not listen for this long after its start is started again. Default: `5m`. */
    startTimeout?: string;
    kubernetes?: {
      /** Namespace of all objects of the store. Default: `app-store`. */
      namespace?: string;
      /** The portal's address as pods see it. Default: the origin of `backend.baseUrl`. */
      storeUrl?: string;
      /** A kubeconfig file. Default: the pod's own service account, or the user's kubeconfig. */
      kubeconfig?: string;
      /** The context of that file. */
      context?: string;
      /** Namespace of the gateway's pods, for network policies. */
      gatewayNamespace?: string;
      /**
       * How requests for aliases reach the gateway. `none`: one wildcard of an Ingress or a route
       * leads to it, and to all instances. `ingress` or `httpRoute`: each alias has such an object
       * beside the gateway, in `gatewayNamespace`. Default: `none`.
       */
      routes?: 'none' | 'ingress' | 'httpRoute';
      /** The Service of the gateway that these objects lead to. */
      gatewayService?: {
        /** Default: `app-store-gateway`. */
        name?: string;
        /** Default: 7008. */
        port?: number;
      };
      ingress?: {
        /** Default: the cluster's default class. */
        className?: string;
        /** Annotations of each, such as `cert-manager.io/cluster-issuer`. */
        annotations?: { [name: string]: string };
        /**
         * A Secret with a certificate for all hosts below the apps' domain. Default: each alias has a
         * Secret of its own, `a-<id>-tls`, which cert-manager makes.
         */
        wildcardSecret?: string;
      };
      httpRoute?: {
        /** The Gateway, whose listeners hold the certificates. */
        parentRefs?: Array<{
          name: string;
          namespace?: string;
          sectionName?: string;
          port?: number;
        }>;
        /** Annotations of each. */
        annotations?: { [name: string]: string };
      };
      /** Names of Secrets with which images are pulled. */
      imagePullSecrets?: string[];
      /**
       * Host and port from which the nodes of the cluster pull the content of apps: the portal as they
       * reach it, over TLS. Apps that only read their files then start without an init container. Needs
       * volumes made of images (Kubernetes 1.35, or the feature gate ImageVolume). Default: none.
       */
      contentRegistry?: string;
      /** Storage class of apps' volumes. Default: the cluster's. */
      storageClass?: string;
      /** Service account of apps' pods. Default: the namespace's. */
      serviceAccount?: string;
      /**
       * A ConfigMap of the namespace with the certificate authorities that pods trust, in
       * PEM. Most programs take it in place of their own, so it holds the public ones, too.
       */
      caCertificates?: {
        configMap: string;
        /** Default: `ca.crt`. */
        key?: string;
      };
      networkPolicy?: {
        /** Who reaches pods of apps beside the gateway: ingress rules as a NetworkPolicy has them. */
        extraIngress?: object[];
        /**
         * What all apps reach beside what each of them names: egress rules as a NetworkPolicy has
         * them. The name service is always open, and the store and package indexes where these are
         * addresses or Services of the cluster.
         */
        egress?: object[];
        /**
         * What apps reach whose app.toml has no `Egress`: its entries (`internet`, `none`,
         * `10.20.0.0/16:5432`), or `open` for everything. Default: `[internet]`, which are the public
         * addresses; `[none]` where `egress` is set.
         */
        defaultEgress?: string[];
        /** What apps may ask for with `Egress`; a range allows all within it, `open` everything. Default: `[internet]`; `[none]` where `egress` is set. */
        allowedEgress?: string[];
        /**
         * Ranges of addresses that are not `internet`, beside private and reserved ones: of nodes and
         * pods with public addresses. An app can name them only if `allowedEgress` has a range for them.
         */
        notPublic?: string[];
        /** Whether two pods of the store's own try once a day that the cluster enforces network policies. Default: true. */
        verify?: boolean;
      };
    };
    /** Where bundles, pictures and environments are kept: `directory`, or `s3` and `spoolDirectory`. */
    bundles: {
      /** A directory of this machine. */
      directory?: string;
      /** Whether every replica sees this very directory; without it a second replica does not start. Default: false. */
      shared?: boolean;
      /** A bucket of an S3-compatible store. */
      s3?: {
        bucket: string;
        /** Base URL of the store. Default: AWS. */
        endpoint?: string;
        /** Default: that of the environment; `us-east-1` where there is an endpoint. */
        region?: string;
        /** What all keys begin with; each store needs one of its own. Default: none. */
        prefix?: string;
        /** Default: the SDK's own chain (environment, web identity, instance role). */
        accessKeyId?: string;
        /** @visibility secret */
        secretAccessKey?: string;
        /** Whether the bucket is in the path and not in the host name. Default: true where there is an endpoint. */
        forcePathStyle?: boolean;
      };
      /** With `s3`: a directory of this replica alone, for uploads that are under way and bundles that are being read. */
      spoolDirectory?: string;
    };
    /** What apps get that do not say otherwise. Default: 512Mi of memory and 10m of CPU are set aside. */
    resources?: {
      memoryLimit?: string;
      memoryReservation?: string;
      cpuLimit?: string;
      cpuReservation?: string;
    };
    /** Runtime versions: how apps of a mode are run. */
    runtimes?: Array<{
      name: string;
      mode: 'wave' | 'python' | 'node' | 'static' | 'container';
      image?: string;
      /** `{{module}}` and `{{port}}` are filled in. */
      command?: string[];
      /** Taken by apps of the mode that name none. */
      default?: boolean;
      /** Refused for new imports. */
      deprecated?: boolean;
      /** Further names that it answers to. */
      aliases?: string[];
      /** Operating-system packages that the image has, for `packages.txt`. */
      osPackages?: string[];
      /** Further room in apps' containers, which goes with the pod. */
      ephemeralVolumes?: Array<{
        mountPath: string;
        /** Default: what the node has. */
        sizeLimit?: string;
        /** Default: `Disk`. */
        medium?: 'Disk' | 'Memory';
      }>;
      nodeSelector?: { [label: string]: string };
      tolerations?: Array<{
        key?: string;
        operator?: 'Exists' | 'Equal';
        value?: string;
        effect?: string;
        tolerationSeconds?: number;
      }>;
      affinity?: object;
    }>;
    /** Variables for every new instance. */
    extraEnv?: Array<{ name: string; value: string }>;
    packages?: {
      /** The npm registry that pods install from. */
      npmRegistry?: string;
      /** The Python package index that pods install from. */
      pypiIndex?: string;
    };
    /** Tags that are made where they are missing; or that list as `list`, beside what is set for all tags. */
    tags?:
      | Array<{
          name: string;
          title?: string;
          /** `#rrggbb` */
          color?: string;
          description?: string;
          /** Groups or roles whose visitors see apps with the tag. */
          visitorRoles?: string[];
          /** Groups or roles that may assign it, and so open apps to its visitors; none: see `emptyAdminRoles`. */
          adminRoles?: string[];
        }>
      | {
          /**
           * Who may assign, remove and change a tag that names no admin roles: everybody with
           * full access, who can then open apps to its visitors, or only admins.
           * Default: `everyone`.
           */
          emptyAdminRoles?: 'everyone' | 'admins';
          list?: Array<{
            name: string;
            title?: string;
            /** `#rrggbb` */
            color?: string;
            description?: string;
            /** Groups or roles whose visitors see apps with the tag. */
            visitorRoles?: string[];
            /** Groups or roles that may assign it, and so open apps to its visitors; none: see `emptyAdminRoles`. */
            adminRoles?: string[];
          }>;
        };
    catalog?: {
      /**
       * Confirms that the portal's permission policy decides on the store's entities in the
       * catalog by what the store says of the reader. Without it the catalog holds only what
       * every reader of it may see: nothing, or PUBLIC apps in public mode, where there are
       * visitors; nothing with `iam.enabled`.
       */
      policyWired?: boolean;
    };
    declarations?: {
      /** For whom declarations of a location act. Everything else is a proposal, which somebody with the rights accepts. */
      trust?: Array<{
        /** The URL of a directory, with a slash at the end, or of one YAML file; of the branch that is reviewed. */
        location: string;
        /** Entity ref of the person for whom it acts, with their rights. */
        owner: string;
        /** What it may declare. Default: everything. */
        kinds?: Array<
          'App' | 'AppTag' | 'AppInstance' | 'AppSecret' | 'AppAlias'
        >;
        /** Where values of its secrets may come from. Default: nowhere. */
        secrets?: {
          /** Names of variables in the environment of the backend. */
          environment?: string[];
          /** Names of Kubernetes Secrets in the namespace of the store. */
          kubernetes?: string[];
        };
        /** What becomes of what is no longer declared. Default: `keep`. */
        onRemoval?: 'keep' | 'suspend' | 'delete';
      }>;
      /** Between two looks at the catalog. Default: `10s`. */
      interval?: string;
      /** Between two looks at the directory of a declared app, and at the values of a declared secret. Default: `2m`. */
      sourceInterval?: string;
      /** How long a declaration is gone from the catalog before it counts as removed. Default: `10m`. */
      removalGrace?: string;
      /** Declarations that one file may hold. Default: 500. */
      perLocation?: number;
    };
    /** Apps to put into an empty store. */
    examples?: {
      /** A directory of app directories. */
      directory: string;
      /** Entity ref of their owner. */
      owner: string;
      /** Secrets of that owner. */
      secrets?: Array<{
        name: string;
        /** @deepVisibility secret */
        data: { [key: string]: string };
      }>;
    };
  };
}
