/** An ordinary day with kubectl: what is typed, chapter by chapter. */

/** Commands with one purpose. */
export interface Chapter {
  title: string;
  commands: string[];
}

const SERVER = [
  "const http = require('http');",
  'const answer = (q, r) => (console.log(q.method, q.url), r.end(`hello ${process.env.NAME}`));',
  'http.createServer(answer).listen(8000);',
  "console.log('listening');",
  "process.on('SIGTERM', () => process.exit(0));",
].join(' ');

const WEB = `cat > web.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      terminationGracePeriodSeconds: 2
      containers:
        - name: web
          image: local/node:24
          command: [node, -e, ${JSON.stringify(SERVER)}]
          env: [{ name: NAME, value: world }]
          ports: [{ containerPort: 8000 }]
          readinessProbe:
            httpGet: { port: 8000 }
END`;

const POD = 'POD=$(kubectl get pod -l app=web -o name)';

export const CHAPTERS: Chapter[] = [
  {
    title: 'The cluster',
    commands: [
      'kubectl version',
      'kubectl cluster-info | head -1',
      'kubectl get nodes',
      'kubectl api-resources | head -4',
      'kubectl auth whoami',
      'kubectl explain deployment.spec.strategy',
    ],
  },
  {
    title: 'A namespace, and what it holds',
    commands: [
      'kubectl create namespace shop',
      'kubectl config set-context --current --namespace shop',
      'kubectl create secret generic password --from-literal=value=secret',
      'kubectl create configmap settings --from-literal=color=blue',
      'kubectl get secret,configmap',
      'kubectl create quota pods --hard=pods=6',
      'kubectl create serviceaccount visitor',
      'kubectl create token visitor | cut -c 1-3',
      'kubectl create role reader --verb=get,list --resource=pods',
      'kubectl create rolebinding visitors --role=reader --serviceaccount=shop:visitor',
      'kubectl auth can-i list pods --as system:serviceaccount:shop:visitor',
      'kubectl auth can-i delete pods --as system:serviceaccount:shop:visitor',
      'kubectl delete pod any --as system:serviceaccount:shop:visitor',
    ],
  },
  {
    title: 'An app',
    commands: [
      WEB,
      'kubectl apply -f web.yaml',
      'kubectl rollout status deployment/web | tail -1',
      'kubectl get all',
      'kubectl get pods -o wide',
      "sed -i 's/replicas: 1/replicas: 2/' web.yaml && kubectl diff -f web.yaml | grep '^[-+] '",
      'kubectl apply -f web.yaml',
      "sed 's/replicas/replica/' web.yaml | kubectl apply --dry-run=server -f - 2>&1 | grep -o 'strict decoding error.*'",
      'kubectl apply --server-side -f web.yaml',
      'kubectl apply --server-side --force-conflicts -f web.yaml',
      'kubectl wait --for=condition=Available deployment/web',
      'kubectl create deployment other --image=local/node:24 --dry-run=client -o name -- sleep 999',
      'kubectl replace -f web.yaml',
    ],
  },
  {
    title: 'Changes',
    commands: [
      `kubectl patch deployment web -p '{"spec":{"minReadySeconds":0,"template":{"spec":{"containers":[{"name":"web","env":[{"name":"NAME","value":"patch"}]}]}}}}'`,
      `kubectl patch deployment web --type merge -p '{"spec":{"revisionHistoryLimit":5}}'`,
      `kubectl patch deployment web --type json -p '[{"op":"replace","path":"/spec/replicas","value":1}]'`,
      'kubectl scale deployment web --replicas=3',
      'kubectl autoscale deployment web --max=5',
      'kubectl set image deployment/web web=local/node:22',
      'kubectl set env deployment/web NAME=moon',
      'kubectl rollout status deployment/web | tail -1',
      'kubectl rollout history deployment/web',
      'kubectl rollout undo deployment/web',
      'kubectl rollout restart deployment/web',
      'kubectl rollout status deployment/web | tail -1',
      'kubectl label deployment web team=shop',
      'kubectl annotate deployment web note=hello',
      'kubectl get deployment -l team=shop -L team',
      `KUBE_EDITOR="sed -i 's/note: hello/note: good evening/'" kubectl edit deployment web`,
      'kubectl get deployment web -o jsonpath=\'{.metadata.annotations.note}{"\\n"}\'',
      'kubectl scale deployment web --replicas=1',
    ],
  },
  {
    title: 'Inside',
    commands: [
      'until test $(kubectl get pod -l app=web -o name | wc -l) = 1; do sleep 0.1; done',
      POD,
      'kubectl logs $POD | head -1',
      'kubectl logs --timestamps $POD | head -1',
      'kubectl logs -f $POD > follow.log & until grep -s listening follow.log; do sleep 0.1; done; kill %1',
      "kubectl exec $POD -- sh -c 'echo $NAME'",
      // The two outputs have no order between them.
      "kubectl exec $POD -- sh -c 'echo to stderr >&2; exit 3'",
      'echo piped | kubectl exec -i $POD -- cat',
      'kubectl exec $POD -- nosuch',
      "mkfifo keys && script -qec \"kubectl exec -it $POD -- sh -c 'test -t 0 && echo a terminal of \\$(stty size)'\" /dev/null <> keys | tr -d '\\r'",
      'echo hello > note.txt && kubectl cp note.txt ${POD#pod/}:/tmp/note.txt && kubectl exec $POD -- cat /tmp/note.txt',
      'kubectl port-forward $POD 18000:8000 > forward.log & until grep -qs Forwarding forward.log; do sleep 0.1; done; curl -s localhost:18000/through; echo; kill %1',
      'kubectl attach $POD > attached.log 2>&1 & until grep -qs prompt attached.log; do sleep 0.1; done; kubectl exec $POD -- node -e \'fetch("http://127.0.0.1:8000/attached")\'; until grep attached attached.log; do sleep 0.1; done; kill %1',
      "kubectl exec $POD -- pkill -f '^node -e' 2>/dev/null; kubectl wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 $POD",
      'kubectl wait --for=condition=Ready $POD',
      'kubectl logs --previous $POD | grep attached',
      'kubectl top pod | head -1',
      "kubectl describe $POD | sed -n '/Last State/,/Restart Count/p'",
      'kubectl describe deployment web | grep -A 1 ^Replicas',
      'kubectl get events --field-selector involvedObject.name=${POD#pod/} -o custom-columns=TYPE:.type,REASON:.reason --no-headers | sort -u',
    ],
  },
  {
    title: 'Volumes and nodes',
    commands: [
      `kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Gi } }
END`,
      'kubectl wait --for=jsonpath={.status.phase}=Bound pvc/data',
      'kubectl get pvc',
      'kubectl describe pvc data | grep -A 1 ^Status',
      "kubectl describe node | sed -n '/^Conditions/,/^Addresses/p' | awk 'NF > 3 { print $1, $2 }'",
      'kubectl top node | head -1',
      'kubectl cordon local',
      'kubectl drain local --ignore-daemonsets --delete-emptydir-data',
      'kubectl get pods',
      'kubectl uncordon local',
      'kubectl wait --for=condition=Available deployment/web',
    ],
  },
  {
    title: 'The end',
    commands: [
      'kubectl delete deployment web',
      'kubectl delete namespace shop',
      'kubectl get namespace shop',
    ],
  },
];
