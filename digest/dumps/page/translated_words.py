"""Words of the page that a browser has translated, and what it offers itself, in lower case."""

from __future__ import annotations

_DE = (
    "anmelden|registrieren|mehr anzeigen|weniger anzeigen|mehr laden|teilen|speichern|schließen"
    "|menü|suchen|modelle|datensätze|preise|unternehmen|datenschutz|über uns|abonnieren|zurück"
    "|weiter|startseite|alle akzeptieren|übersetzen|diese seite übersetzen|tägliche papers"
)
_ES = (
    "iniciar sesión|registrarse|suscribirse|ver más|mostrar más|cargar más|compartir|guardar|cerrar"
    "|menú|buscar|modelos|conjuntos de datos|precios|empresa|privacidad|acerca de|siguiente"
    "|anterior|inicio|aceptar todo|aceptar todas|traducir esta página|votar a favor"
)
_FR = (
    "se connecter|connexion|s'inscrire|s'abonner|voir plus|afficher plus|charger plus|partager"
    "|enregistrer|fermer|rechercher|modèles|jeux de données|tarifs|entreprise|confidentialité"
    "|à propos|précédent|suivant|accueil|tout accepter|traduire cette page|voter pour"
)
_PT = (
    "entrar|inscrever-se|inscreva-se|assinar|ver mais|mostrar mais|carregar mais|compartilhar"
    "|salvar|fechar|pesquisar|conjuntos de dados|preços|privacidade|sobre|próximo|início"
    "|aceitar tudo|aceitar todos|traduzir esta página|votar"
)
_ZH = (
    "登录|登錄|注册|註冊|订阅|訂閱|显示更多|顯示更多|查看更多|加载更多|分享|保存|关闭|菜单|搜索|模型|数据集"
    "|定价|公司|隐私|关于|上一页|下一页|首页|全部接受|翻译此页|点赞|赞成|文档|企业"
)
_BROWSERS = (
    "share on x|share on twitter|share on facebook|share on linkedin|accept all cookies"
    "|reject all cookies|translate this page|tweet|print|copied!|listen|listen to article"
)

TRANSLATED = frozenset(
    word for told in (_DE, _ES, _FR, _PT, _ZH, _BROWSERS) for word in told.split("|")
)
