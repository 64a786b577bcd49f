//! The function under the attribute: whether it can be a check, and what registers it.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, GenericParam, Item, ItemFn, ReturnType, Safety, Signature, Type};

use crate::options::Options;

/// What a function must look like.
const SHAPE: &str = "write `fn name()` or `fn name(user: &mut perfloop::User)`";

/// The item as it was, followed by what registers it or says why it cannot be registered.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let added = register(options, item.clone()).unwrap_or_else(|error| error.to_compile_error());
    quote! { #item #added }
}

/// What registers the function, and makes a test of it where Rust's own harness runs the target: there is none in a target
/// with `harness = false`, in which the compiler leaves out whatever is under `#[test]`.
///
/// # Errors
/// Point at what is wrong, and say what to write.
pub(crate) fn register(options: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    let function: ItemFn = syn::parse2(item.clone()).map_err(|error| not_a_function(&item, error))?;
    let wants_user = wants_user(&function.sig)?;
    let is_test = is_test(&function)?;
    let options = Options::parse(options)?;

    let ident = &function.sig.ident;
    let name = options.name.unwrap_or_else(|| ident.to_string().trim_start_matches("r#").to_owned());
    let tags = options.tags;
    let weight = match options.weight {
        Some(weight) => quote! { ::core::option::Option::Some(#weight) },
        None => quote! { ::core::option::Option::None },
    };
    // Names of its own, whatever the function is called.
    let unseen = Span::mixed_site();
    let (user, classify) = (Ident::new("user", unseen), Ident::new("classify", unseen));
    let call = if wants_user {
        quote! { #ident(#user) }
    } else {
        quote! { #ident() }
    };
    let user = if wants_user {
        quote! { #user }
    } else {
        quote! { _ }
    };
    // Where a type that cannot be returned is told.
    let returned = match &function.sig.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, returned) => returned.span(),
    };
    let outcome = Ident::new("outcome", unseen.located_at(returned));
    let conditions: Vec<_> = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let (copy, test) = if is_test {
        // The function itself is there for Rust's own harness alone.
        let mut copy = function.clone();
        copy.attrs.retain(|attribute| !names_a_test(attribute));
        (copy.to_token_stream(), TokenStream::new())
    } else {
        let test = Ident::new(&format!("{}_as_test", ident.to_string().trim_start_matches("r#")), ident.span());
        let test = quote! {
            #(#conditions)*
            #[test]
            fn #test() {
                ::perfloop::__private::as_test(::core::file!(), ::core::line!(), #name)
            }
        };
        (TokenStream::new(), test)
    };
    Ok(quote! {
        #test
        #(#conditions)*
        const _: () = {
            #copy
            ::perfloop::__private::inventory::submit! {
                ::perfloop::__private::Registered {
                    name: #name,
                    weight: #weight,
                    tags: &[#(#tags),*],
                    file: ::core::file!(),
                    line: ::core::line!(),
                    function: |#user, #classify| {
                        let #outcome = #call;
                        ::perfloop::IntoOutcome::into_outcome(#outcome, #classify)
                    },
                }
            }
        };
    })
}

/// Whether it is a test of Rust's own harness too.
///
/// # Errors
/// When it is one that no load could be made of.
fn is_test(function: &ItemFn) -> Result<bool, Error> {
    let named = |name| function.attrs.iter().find(|attribute| attribute.path().is_ident(name));
    if let Some(attribute) = named("should_panic") {
        let message = "a check that panics has failed; remove `#[should_panic]`, and expect the error inside";
        return Err(Error::new_spanned(attribute, message));
    } else if let Some(attribute) = named("ignore") {
        let message = "a check is not ignored; give it tags to be chosen by, or leave it a `#[test]` alone";
        return Err(Error::new_spanned(attribute, message));
    }
    let is_other = |attribute: &&Attribute| names_a_test(attribute) && !attribute.path().is_ident("test");
    let other = function.attrs.iter().find(is_other);
    if let Some(attribute) = other {
        let message = "only `#[test]` can stand beside `#[perfloop::check]`; block on a runtime inside";
        return Err(Error::new_spanned(attribute, message));
    }
    Ok(function.attrs.iter().any(names_a_test))
}

/// `#[test]`, or `#[tokio::test]` and its like.
fn names_a_test(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "test")
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

/// Whether it takes the user.
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
