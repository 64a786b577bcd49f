//! The function under the attribute: whether it can be a check, and what registers it.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, GenericParam, Item, ItemFn, ReturnType, Safety, Signature, Type};

use crate::options::Options;
use crate::source::{Source, is};

/// The form a function must have.
const SHAPE: &str = "write `fn name()` or `fn name(user: &mut perfloop::User)`";

/// The function, what registers it and the test that runs it under libtest; or what says why it cannot be a check.
pub(crate) fn expand(options: TokenStream, item: TokenStream, source: &Source) -> TokenStream {
    check(options, item.clone(), source).unwrap_or_else(|error| {
        let error = error.to_compile_error();
        quote! { #item #error }
    })
}

/// [`expand`] for a function that can be a check.
///
/// # Errors
/// Point at what is wrong, and say what to write.
pub(crate) fn check(options: TokenStream, item: TokenStream, source: &Source) -> Result<TokenStream, Error> {
    let mut function: ItemFn = syn::parse2(item.clone()).map_err(|error| not_a_function(&item, error))?;
    let wants_user = wants_user(&function.sig)?;
    let options = Options::parse(options)?;
    if let Some(attribute) = function.attrs.iter().find(|attribute| is(attribute, "should_panic")) {
        let message = "a check that panics fails, also as load; catch the panic inside with std::panic::catch_unwind, \
                       or leave this function a test without #[perfloop::check]";
        return Err(Error::new_spanned(attribute, message));
    }
    let name = options.name.clone().unwrap_or_else(|| plain(&function.sig.ident));
    if source.is_test_already(&function.sig.ident.to_string()) {
        let registered = register(&function, &name, &options, wants_user, source);
        return Ok(quote! { #item #registered });
    }
    let test = test_of(&mut function, &name, wants_user);
    let is_ignored = function.attrs.extract_if(.., |attribute| is(attribute, "ignore")).count() > 0;
    let registered = register(&function, &name, &Options { is_ignored, ..options }, wants_user, source);
    Ok(quote! { #function #registered #test })
}

/// An identifier as people read it.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// The test that libtest runs. A function that was one keeps its name as a test, and is itself called otherwise.
fn test_of(function: &mut ItemFn, name: &str, wants_user: bool) -> TokenStream {
    let tests: Vec<Attribute> = function.attrs.extract_if(.., |attribute| is(attribute, "test")).collect();
    let kept = function.attrs.iter().filter(|attribute| is(attribute, "cfg") || is(attribute, "ignore"));
    let kept: Vec<Attribute> = kept.cloned().collect();
    let ident = function.sig.ident.clone();
    let other = |end| Ident::new(&format!("{}_{end}", plain(&ident)), ident.span().resolved_at(Span::mixed_site()));
    let test = if tests.is_empty() { other("as_test") } else { ident.clone() };
    if !tests.is_empty() {
        function.sig.ident = other("as_check");
    }
    let (tests, output, body) = if tests.is_empty() || wants_user {
        let body = quote! { ::perfloop::__private::as_test(#name, ::core::file!(), ::core::line!()) };
        (quote! { #[::core::prelude::v1::test] }, quote! { -> ::perfloop::__private::Tested }, body)
    } else {
        // It stays the test that it was, whatever it prints and returns.
        let (check, output) = (&function.sig.ident, &function.sig.output);
        (quote! { #(#tests)* }, quote! { #output }, quote! { #check() })
    };
    quote! {
        #(#kept)*
        #tests
        #[allow(non_snake_case)]
        fn #test() #output {
            #body
        }
    }
}

/// The code that registers the function.
fn register(function: &ItemFn, name: &str, options: &Options, wants_user: bool, source: &Source) -> TokenStream {
    let ident = &function.sig.ident;
    let (tags, is_ignored, lost_tests) = (&options.tags, options.is_ignored, source.lost_tests());
    let weight = match options.weight {
        Some(weight) => quote! { ::core::option::Option::Some(#weight) },
        None => quote! { ::core::option::Option::None },
    };
    // Names of its own, whatever the function is called.
    let unseen = Span::mixed_site();
    let (user, classify) = (Ident::new("user", unseen), Ident::new("classify", unseen));
    let (user, call) =
        if wants_user { (quote! { #user }, quote! { #ident(#user) }) } else { (quote! { _ }, quote! { #ident() }) };
    // Where a type that cannot be returned is told.
    let returned = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, returned) => returned.span(),
    };
    let outcome = Ident::new("outcome", unseen.located_at(returned));
    let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    quote! {
        #(#conditions)*
        const _: () = {
            ::perfloop::__private::inventory::submit! {
                ::perfloop::__private::Registered {
                    name: #name,
                    weight: #weight,
                    tags: &[#(#tags),*],
                    is_ignored: #is_ignored,
                    lost_tests: if ::core::cfg!(test) { #lost_tests } else { "" },
                    file: ::core::file!(),
                    line: ::core::line!(),
                    function: |#user, #classify| {
                        let #outcome = #call;
                        ::perfloop::IntoOutcome::into_outcome(#outcome, #classify)
                    },
                }
            }
        };
    }
}

/// A function that is broken says so itself; anything else is no function.
fn not_a_function(item: &TokenStream, error: Error) -> Error {
    let looks_like_one = item.clone().into_iter().any(|token| token.to_string() == "fn");
    match syn::parse2::<Item>(item.clone()) {
        Ok(other) => Error::new_spanned(first_words(&other), format!("only a function can be a check; {SHAPE}")),
        Err(_) if looks_like_one => error,
        Err(_) => Error::new_spanned(item, format!("only a function can be a check; {SHAPE}")),
    }
}

/// An item without its attributes and its body.
fn first_words(item: &Item) -> TokenStream {
    let tokens = item.to_token_stream().into_iter();
    let is_head =
        |token: &TokenTree| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    tokens.take_while(is_head).collect()
}

/// `true` if the function takes the user.
///
/// # Errors
/// When it can be called neither with a user nor with nothing.
fn wants_user(signature: &Signature) -> Result<bool, Error> {
    if let Some(word) = &signature.asyncness {
        let message = "a check blocks its thread and cannot be async; remove `async`, or block on a runtime inside";
        return Err(Error::new_spanned(word, message));
    } else if let Some(word) = &signature.constness {
        return Err(Error::new_spanned(word, format!("a check cannot be const; {SHAPE}")));
    } else if let Some(receiver) = signature.receiver() {
        let message = format!("a method cannot be a check; {SHAPE} outside of the impl");
        return Err(Error::new_spanned(receiver, message));
    } else if let Some(parameter) =
        signature.generics.params.iter().find(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
    {
        return Err(Error::new_spanned(parameter, format!("a check cannot be generic; {SHAPE}")));
    } else if let Some(word) = &signature.variadic {
        return Err(Error::new_spanned(word, format!("a check takes no further arguments; {SHAPE}")));
    }
    if let Safety::Unsafe(word) = &signature.safety {
        return Err(Error::new_spanned(word, "a check cannot be unsafe; remove `unsafe`, and say it inside"));
    }
    let mut inputs = signature.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (None, _) => Ok(false),
        (Some(FnArg::Typed(first)), None) if is_mutable_reference(&first.ty) => Ok(true),
        (Some(FnArg::Typed(first)), None) => {
            Err(Error::new_spanned(&first.ty, format!("a check takes the user and nothing else; {SHAPE}")))
        }
        (_, Some(second)) => {
            Err(Error::new_spanned(second, format!("a check takes the user and nothing else; {SHAPE}")))
        }
        (Some(FnArg::Receiver(receiver)), None) => Err(Error::new_spanned(receiver, SHAPE)),
    }
}

/// Which type is behind it the compiler tells better: it may have another name here.
fn is_mutable_reference(of: &Type) -> bool {
    matches!(of, Type::Reference(reference) if reference.mutability.is_some())
}

#[cfg(test)]
mod tests;
