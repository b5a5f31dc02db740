{
const d=document,$=s=>d.querySelector(s),link=$("#link"),u=d.body.dataset.live;
let at=Date.now(),es,last,fails=0;
const hm=t=>new Date(t+36e5).toISOString().slice(11,16);
const state=ok=>{link.className=ok?"link":"link off";link.textContent=ok?"● "+hm(at):link.dataset.off+" "+hm(at)};
const ok=()=>{at=Date.now();fails=0;state(1)};
// A fragment takes the place of the element with its id; focus and what is being typed stay. Each is parsed alone: after
// anything else a row of a table would not be taken for one.
const typing=e=>/^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName);
const put=html=>{
for(const h of html.split(/(?=<\w+ id=)/)){
const t=d.createElement("template"),a=d.activeElement;t.innerHTML=h;
const n=t.content.firstElementChild,o=d.getElementById(n.id);
if("gone"in n.dataset){o?.remove();continue}
if(!o){d.getElementById(n.dataset.into)?.append(n);continue}
const has=o.contains(a);
if(o.outerHTML==n.outerHTML||has&&typing(a))continue;
const f=has&&a.getAttribute("href");
o.replaceWith(n);n.classList.add("fresh");
if(f)(n.href?n:n.querySelector(`a[href="${CSS.escape(f)}"]`))?.focus()}};
const poll=()=>fetch(u+"&poll=1").then(r=>r.ok?r.text():Promise.reject(r)).then(h=>{put(h);ok()},()=>state(0));
const open=()=>{
es=new EventSource(u);es.onopen=ok;
es.onmessage=e=>{put(e.data);ok()};
es.addEventListener("beat",ok);
es.onerror=()=>{state(0);if(es.readyState==2||++fails>3){es.close();poll();setTimeout(open,20000)}}};
if(u){open();addEventListener("offline",()=>state(0));setInterval(()=>{if(Date.now()-at>45000)state(0)},5000);addEventListener("pagehide",()=>es.close());addEventListener("pageshow",e=>e.persisted&&open())}
// A second click on the same form does nothing until the page has changed.
d.addEventListener("submit",e=>{const f=e.target;if(f.ariaBusy=="true")e.preventDefault();else if(f.method=="post"){f.ariaBusy="true";setTimeout(()=>f.ariaBusy=null,9000)}});
d.addEventListener("keydown",e=>{
if(e.ctrlKey||e.metaKey||e.altKey||typing(e.target))return;
const k=e.key;
if(k=="/"){$("input[type=search]")?.focus();e.preventDefault()}
else if(k=="?")$("#keys").showModal();
else if(k=="j"||k=="k"){const r=[...d.querySelectorAll("a.go")],i=r.indexOf(d.activeElement);r[i<0?0:Math.min(r.length-1,Math.max(0,i+(k=="j"?1:-1)))]?.focus()}});
}
