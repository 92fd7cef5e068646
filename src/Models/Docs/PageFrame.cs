namespace Tapline.Models.Docs;

/// <summary>What all pages have around their contents: one file each, with its style in it.</summary>
static class PageFrame
{
    const string Style = """
        :root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --paper: #fff; --line: #d9dee3;
          --mark: #f2f5f7; --link: #0a58b0; --warn: #9a4b00; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --soft: #9aa5b1; --paper: #15181b;
          --line: #343a41; --mark: #1f2429; --link: #7db8ff; --warn: #ffb26b; } }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        main, header { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
        main { padding-bottom: 4rem; }
        header { padding-top: .75rem; color: var(--soft); }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--paper); }
        h1 { font-size: 1.6rem; margin: .5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        a { color: var(--link); text-decoration: none; }
        a:hover { text-decoration: underline; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
        code, pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
        code { overflow-wrap: anywhere; }
        pre { overflow-x: auto; padding: .75rem 1rem; background: var(--mark); border-radius: 6px; margin: .5rem 0; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0;
          border-bottom: 1px solid var(--line); }
        th { font-weight: 600; color: var(--soft); font-size: .85rem; white-space: nowrap; }
        tr:target, details:target { background: var(--mark); }
        td.name { white-space: nowrap; }
        td.text { min-width: 14rem; }
        td.from { min-width: 18rem; overflow-wrap: anywhere; }
        @media (max-width: 48rem) { thead { display: none; } tr, td { display: block; }
          tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } td { border: 0; padding: .05rem 0; }
          td:empty { display: none; } }
        .soft, .badge { color: var(--soft); }
        .badge { font-size: .8rem; border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem;
          margin-left: .35rem; white-space: nowrap; }
        .badge.warn { color: var(--warn); border-color: currentColor; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: .75rem 0; }
        dt { color: var(--soft); }
        dd { margin: 0; }
        summary { cursor: pointer; color: var(--soft); }
        ul { margin: .25rem 0; padding-left: 1.2rem; }
        input { font: inherit; width: 100%; max-width: 30rem; padding: .4rem .6rem; color: inherit;
          background: var(--mark); border: 1px solid var(--line); border-radius: 6px; }
        label { display: block; color: var(--soft); margin-top: 1rem; }
        """;

    /// <summary>A page as a whole.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="home">The way to the index.</param>
    /// <param name="package">The package's name.</param>
    /// <param name="content">What is on it.</param>
    public static string Page(string title, string home, string package, Markup content) => Markup.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="{DocsSite.Generator}" />
        <title>{title}</title>
        <style>
        {new Markup(Style)}
        </style>
        </head>
        <body>
        <a class="skip" href="#content">to the content</a>
        <header><a href="{home}">models of {package}</a></header>
        <main id="content">
        {content}
        </main>
        </body>
        </html>

        """).Text;
}
