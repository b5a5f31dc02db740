{
const d=document,on=addEventListener,$=s=>d.querySelector(s),link=$("#link"),u=d.body.dataset.live;
let at=Date.now(),es,fails=0;
const state=ok=>{link.className=ok?"link":"link off";link.textContent=(ok?"●":link.dataset.off)+" "+new Date(at+36e5).toISOString().slice(11,16)};
const ok=()=>{at=Date.now();fails=0;state(1)};
const typing=e=>/^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName);
const put=html=>{
for(const h of html.split(/(?=<\w+ id=)/)){
const t=d.createElement("template"),a=d.activeElement;t.innerHTML=h;
const n=t.content.firstElementChild;if(!n)continue;
const o=d.getElementById(n.id),v=n.dataset;
if("gone"in v)o?.remove();
else if(!o)d.getElementById(v.into)?.append(n);
else{
const has=o.contains(a);
if(o.outerHTML==n.outerHTML||v.v&&v.v==o.dataset.v||has&&typing(a)||o.querySelector("[open],:checked"))continue;
const f=has&&a.getAttribute("href");
o.replaceWith(n);n.classList.add("fresh");
if(f)(n.href?n:n.querySelector(`a[href="${CSS.escape(f)}"]`))?.focus()}}};
const poll=()=>fetch(u+"&poll=1").then(r=>r.ok?r.text():Promise.reject()).then(h=>{put(h);ok()},()=>state());
const open=()=>{
es?.close();if(d.hidden)return;
es=new EventSource(u);es.onopen=ok;
es.onmessage=e=>{put(e.data);ok()};
es.addEventListener("beat",ok);
es.onerror=()=>{state();if(es.readyState==2||++fails>3){es.close();poll();setTimeout(open,2e4)}}};
if(u){open();on("offline",()=>state());setInterval(()=>Date.now()-at>45e3&&state(),5e3);on("visibilitychange",open)}
on("submit",e=>{const f=e.target;if(f.ariaBusy)e.preventDefault();else if(f.method=="post"){f.ariaBusy=true;setTimeout(()=>f.ariaBusy=null,9e3)}});
on("keydown",e=>{
if(e.ctrlKey||e.metaKey||e.altKey||typing(e.target))return;
const k=e.key;
if(k=="/"){$("[type=search]")?.focus();e.preventDefault()}
if(k=="?")$("#keys").showModal();
if(k=="j"||k=="k"){const r=[...d.querySelectorAll("a.go")],i=r.indexOf(d.activeElement);r[i<0?0:Math.min(r.length-1,Math.max(0,i+(k=="j"?1:-1)))]?.focus()}});
}
