{
const d=document,$=s=>d.querySelector(s),link=$("#link"),u=d.body.dataset.live;
let at=Date.now(),es,last,fails=0;
const hm=t=>new Date(t+36e5).toISOString().slice(11,16);
const state=ok=>{link.className=ok?"link":"link off";link.textContent=ok?"● "+hm(at):link.dataset.off+" "+hm(at)};
const ok=()=>{at=Date.now();fails=0;state(1)};
// A fragment takes the place of the element with its id; focus and what is being typed stay.
const put=html=>{
const t=d.createElement("template");t.innerHTML=html;
for(const n of[...t.content.children]){
const o=d.getElementById(n.id);
if("gone"in n.dataset){o?.remove();continue}
if(!o){d.getElementById(n.dataset.into)?.append(n);continue}
if(o.outerHTML==n.outerHTML||o.contains(d.activeElement)&&/^(INPUT|TEXTAREA|SELECT)$/.test(d.activeElement.tagName))continue;
const f=o.contains(d.activeElement)&&d.activeElement.getAttribute("href");
o.replaceWith(n);n.classList.add("fresh");
if(f)n.querySelector(`a[href="${CSS.escape(f)}"]`)?.focus()}};
const poll=()=>fetch(u+(u.includes("?")?"&":"?")+"poll=1").then(r=>r.ok?r.text():Promise.reject(r)).then(h=>{put(h);ok()},()=>state(0));
const open=()=>{
es=new EventSource(u);es.onopen=ok;
es.onmessage=e=>{put(e.data);ok()};
es.addEventListener("beat",ok);
es.onerror=()=>{state(0);if(es.readyState==2||++fails>3){es.close();poll();setTimeout(open,20000)}}};
if(u){open();addEventListener("offline",()=>state(0));setInterval(()=>{if(Date.now()-at>45000)state(0)},5000);addEventListener("pagehide",()=>es.close());addEventListener("pageshow",e=>e.persisted&&open())}
// A second click on the same form does nothing until the page has changed.
d.addEventListener("submit",e=>{const f=e.target;if(f.ariaBusy=="true")e.preventDefault();else if(f.method=="post"){f.ariaBusy="true";setTimeout(()=>f.ariaBusy=null,9000)}});
d.addEventListener("keydown",e=>{
if(e.ctrlKey||e.metaKey||e.altKey||/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName))return;
const k=e.key;
if(k=="/"){$("input[type=search]")?.focus();e.preventDefault()}
else if(k=="?")$("#keys").showModal();
else if(k=="j"||k=="k"){const r=[...d.querySelectorAll("a.go")],i=r.indexOf(d.activeElement);r[i<0?0:Math.min(r.length-1,Math.max(0,i+(k=="j"?1:-1)))]?.focus()}});
}
